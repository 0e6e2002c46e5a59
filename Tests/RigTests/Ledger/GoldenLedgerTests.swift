import RigSupport
import Synchronization
import Testing

@testable import Ferry

/// Ledgers of every released format are read by this vecferry.
@Suite struct GoldenLedgerTests {
    @Test(arguments: GoldenLedger.unfinished)
    func `a job that a released vecferry left half done is finished`(ledger: GoldenLedger) async throws {
        try await ledger.withDatabases { databases in
            let (done, open) = try Self.chunks(databases)
            let transactions = try Self.transactions(databases)
            let brought = try Self.rows(of: transactions, databases)
            #expect(!brought.isEmpty)
            let resumed = Mutex<[Int]>([])
            let engine = try databases.engine { event in
                if case .resumed(let job, let done, let all, _) = event {
                    resumed.withLock { $0 = [job.value, done, all] }
                }
            }
            let report = try await engine.copy(GoldenLedger.request)
            #expect(report.outcome == .proven, "\(report)")
            #expect(resumed.withLock { $0 } == [1, done, done + open])
            // The chunks that were there are not copied again.
            #expect(try Self.rows(of: transactions, databases) == brought)
            try Self.expectWhole(databases)
            #expect(try databases.target.value("SELECT count(*) FROM vecferry.job") == "1")
            // The ledger stays in its format, so that the vecferry that began the job may go on with it too.
            let version = try databases.target.value("SELECT max(version) FROM vecferry.format")
            #expect(version.map { "ledger-\($0)" } == ledger.format)
            let again = try await databases.engine().copy(GoldenLedger.request)
            #expect(again.outcome == .alreadyFinished)
            #expect(again.tables == report.tables)
        }
    }

    @Test func `a shared job that a released vecferry left half done is offered to workers again`() async throws {
        try await GoldenLedger.shared.withDatabases { databases in
            let report = try await databases.engine().copy(GoldenLedger.request, hosts: HostsRequest())
            #expect(report.outcome == .proven, "\(report)")
            try Self.expectWhole(databases)
            #expect(try databases.target.value("SELECT count(*) FROM vecferry.epoch WHERE ended_at IS NOT NULL") == "2")
        }
    }

    @Test(arguments: GoldenLedger.finished)
    func `a job that a released vecferry finished is found finished`(ledger: GoldenLedger) async throws {
        try await ledger.withDatabases { databases in
            let before = try databases.target.fingerprint()
            let report = try await databases.engine().copy(GoldenLedger.request)
            #expect(report.outcome == .alreadyFinished)
            #expect(report.rows == 3090)
            #expect(report.tables.allSatisfy { $0.state == .proven && $0.source == $0.target })
            #expect(report.notes.allSatisfy { $0.code == .sourceChanged }, "\(report.notes)")
            #expect(try databases.target.fingerprint() == before)
            let plan = try await databases.engine().plan(GoldenLedger.request)
            #expect(plan.isReady && plan.notes.contains { $0.code == .alreadyFinished })
        }
    }

    @Test(arguments: GoldenLedger.all)
    func `a job of a released vecferry is taken back by a restart`(ledger: GoldenLedger) async throws {
        try await ledger.withDatabases { databases in
            let report = try await databases.engine().copy(GoldenLedger.request, restart: true)
            #expect(report.outcome == .proven, "\(report)")
            try Self.expectWhole(databases)
            #expect(
                try databases.target.value("SELECT string_agg(state, ' ' ORDER BY id) FROM vecferry.job")
                    == "abandoned finished")
            let format = try databases.target.run("SELECT version, written_by FROM vecferry.format")
            #expect(format == [["\(Ledger.format)", Engine.version]])
            let again = try await databases.engine().copy(GoldenLedger.request)
            #expect(again.outcome == .alreadyFinished)
        }
    }

    @Test(arguments: GoldenLedger.all)
    func `the status of a released vecferry's job is read`(ledger: GoldenLedger) async throws {
        try await ledger.withDatabases { databases in
            let before = try databases.target.fingerprint()
            let report = try await databases.engine().targetAlone.status()
            let isFinished = try databases.target.value("SELECT state FROM vecferry.job") == "finished"
            #expect(report.state == (isFinished ? .finished : .stopped))
            let job = try #require(report.job)
            #expect(job.runs.isEmpty == (ledger.name != GoldenLedger.shared.name) && job.now == nil)
            let (done, open) = try Self.chunks(databases)
            #expect(job.doneChunks == done && job.allChunks == done + open)
            #expect(isFinished ? report.stillOff.isEmpty : job.builtIndexes <= job.allIndexes)
            #expect(try databases.target.fingerprint() == before)
        }
    }

    @Test func `a job of a released vecferry is not taken for one with other options`() async throws {
        try await GoldenLedger.unfinished[0].withDatabases { databases in
            let before = try databases.target.fingerprint()
            let error = await #expect(throws: FerryError.self) { try await databases.engine().copy(CopyRequest()) }
            #expect(error?.code == .ledger && error?.message.contains("which is not finished, began") == true)
            #expect(try databases.target.fingerprint() == before)
        }
    }

    // MARK: What must come out

    private static let tables = ["items", "bot_document", "bot_document_chunk", "pieces", #""Mixed ""Case""/é""#]

    /// Every row of the source once, and every index, constraint and trigger as on the source.
    private static func expectWhole(_ databases: RigDatabases) throws {
        var rows = 0
        for table in tables { rows += try databases.sameTable(table) }
        #expect(rows == 3090)
        #expect(try databases.target.value("SELECT count(*) FROM audit") == "0")
        for query in definitions { #expect(try databases.sameRows(query) > 0) }
        #expect(
            try databases.target.value("SELECT count(*) FROM vecferry.saved_definition WHERE restored_at IS NULL")
                == "0")
        #expect(try databases.target.value("SELECT last_value FROM bot_document_id_seq") == "60")
    }

    private static let definitions = [
        """
        SELECT pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indislive
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace
        ORDER BY c.relname
        """,
        """
        SELECT conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY conname
        """,
        "SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
    ]

    private static func chunks(_ databases: RigDatabases) throws -> (done: Int, open: Int) {
        let row = try databases.target.run(
            "SELECT count(finished_at), count(*) - count(finished_at) FROM vecferry.chunk")[0]
        return (Int(row[0] ?? "") ?? -1, Int(row[1] ?? "") ?? -1)
    }

    /// The transactions of the ledger's finished chunks, as an array's text.
    private static func transactions(_ databases: RigDatabases) throws -> String {
        try databases.target.value("SELECT array_agg(DISTINCT xid::text) FROM vecferry.chunk WHERE xid IS NOT NULL")
            ?? "{}"
    }

    /// The rows of `items` that these transactions brought, by place.
    private static func rows(of transactions: String, _ databases: RigDatabases) throws -> [[String?]] {
        try databases.target.run(
            "SELECT ctid, xmin, id FROM items WHERE xmin::text = ANY ('\(transactions)') ORDER BY id")
    }
}
