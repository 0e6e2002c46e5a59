import ArgumentParser
import Ferry
import Testing

@testable import vecferry

@Suite struct OptionsTests {
    private func request(_ arguments: String...) throws -> CopyRequest { try RequestOptions.parse(arguments).request() }

    private func complaint<Options: ParsableArguments>(_ type: Options.Type, _ arguments: [String]) -> String {
        do {
            _ = try Options.parse(arguments)
            return "accepted"
        } catch {
            return Options.message(for: error)
        }
    }

    @Test func `without options, the request is the engine's default`() throws {
        #expect(try request() == CopyRequest())
    }

    @Test func `the order of options does not change the request`() throws {
        let one = try request("--table", "b", "--table", "a", "--bot", "2", "--bot", "1", "--bot", "2")
        let other = try request("--bot=1", "--bot=2", "--table=a", "--table=b")
        #expect(one == other)
        #expect(one.selection.bots == ["1", "2"])
    }

    @Test func `every option reaches the request`() throws {
        let request = try request(
            "--exclude-table", "x", "--bot-column", "owner", "--existing", "replace", "--create", "--chunk-size", "8",
            "--index-method", "hnsw", "--hnsw-m", "24", "--hnsw-ef-construction", "128", "--maintenance-work-mem",
            "2GB", "--index-workers", "3", "--online", "--exclude-bot", "2", "--exclude-bot", "1", "--convert",
            "items.v=halfvec", "--convert", "items.embedding=halfvec", "--convert", "items.v=halfvec")
        #expect(request.conversions.map(\.text) == ["items.embedding=halfvec", "items.v=halfvec"])
        #expect(request.selection.excludedBots == ["1", "2"] && request.selection.bots == nil)
        #expect(request.selection.excluded == ["x"])
        #expect(request.selection.botColumn == "owner")
        #expect(request.existing == .replace)
        #expect(request.create)
        #expect(request.chunkBytes == 8 << 20)
        #expect(request.index.method == .hnsw)
        #expect(request.index.hnswM == 24)
        #expect(request.index.hnswEfConstruction == 128)
        #expect(request.index.maintenanceWorkMem == 2 << 30)
        #expect(request.index.workers == 3)
        #expect(request.index.online)
        #expect(try self.request("--all").selection.all)
        #expect(try self.request("--ivfflat-lists", "auto").index.lists == .auto)
        #expect(try self.request("--ivfflat-lists", "250").index.lists == .fixed(250))
    }

    @Test(
        arguments: [
            ("64MB", 64 << 20), ("1.5GB", 3 << 29), ("2 gb", 2 << 30), ("65536", 64 << 20), ("1048576B", 1 << 20),
            ("1kB", nil), ("3TB", nil), ("12XB", nil), ("", nil), ("-1GB", nil), ("nan", nil),
        ] as [(String, Int?)])
    func memoryIsReadAsPostgreSQLWritesIt(text: String, bytes: Int?) {
        #expect(MemorySize(argument: text)?.bytes == bytes)
    }

    @Test(arguments: [
        (["--jobs", "0"], "--jobs is 0; give a number from 1 to 64."),
        (["--jobs", "10000"], "--jobs is 10000; give a number from 1 to 64."),
        (["--stall-timeout", "0"], "--stall-timeout is 0; give a number from 1 to 86400."),
        (["--retries=-1"], "--retries is -1; give a number from 0 to 1000."),
    ])
    func `a number out of range is refused with the range`(arguments: [String], message: String) {
        #expect(complaint(SessionOptions.self, arguments) == message)
    }

    @Test(arguments: [
        (["--chunk-size", "0"], "--chunk-size is 0; give a number from 1 to 65536."),
        (["--all", "--table", "x"], "--all selects all tables; give either --all or --table."),
        (["--table", ""], "A table pattern is empty."),
        (["--bot", ""], "--bot is empty; give a bot's id."),
        (["--exclude-bot", ""], "--exclude-bot is empty; give a bot's id."),
        (["--bot", "a", "--exclude-bot", "a"], "--bot and --exclude-bot both name a."),
        (["--ivfflat-lists", "0"], "--ivfflat-lists is 0; give a number from 1 to 32768."),
        (["--hnsw-m", "1"], "--hnsw-m is 1; give a number from 2 to 100."),
        (
            ["--hnsw-m", "16", "--hnsw-ef-construction", "31"],
            "--hnsw-ef-construction is 31; pgvector requires at least twice --hnsw-m, 32."
        ),
        (
            ["--index-method", "hnsw", "--ivfflat-lists", "auto"],
            "--ivfflat-lists has no effect with --index-method hnsw; leave out one of them."
        ),
        (
            ["--index-method", "ivfflat", "--hnsw-m", "16"],
            "--hnsw-m and --hnsw-ef-construction have no effect with --index-method ivfflat."
        ),
    ])
    func `options that cannot be are refused`(arguments: [String], message: String) {
        #expect(complaint(RequestOptions.self, arguments) == message)
    }

    @Test func `the default number of streams suits the machine`() throws {
        #expect((2...4).contains(try SessionOptions.parse([]).jobCount))
        #expect(try SessionOptions.parse(["--jobs", "64"]).jobCount == 64)
        #expect(try SessionOptions.parse([]).jobCountOverLongLine == 8)
        #expect(try SessionOptions.parse(["--jobs", "3"]).jobCountOverLongLine == 3)
        #expect(try PatienceOptions.parse(["--retries", "0"]).retryPolicy.attempts == 1)
    }

    @Test func `quiet and verbose decide the log level`() throws {
        #expect(try OutputOptions.parse([]).level == .notice)
        #expect(try OutputOptions.parse(["--quiet"]).level == .warning)
        #expect(try OutputOptions.parse(["--verbose"]).level == .debug)
        #expect(try OutputOptions.parse(["--verbose", "--log-level", "trace"]).level == .trace)
    }
}
