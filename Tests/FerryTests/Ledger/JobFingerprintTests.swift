import Testing

@testable import Ferry

@Suite struct JobFingerprintTests {
    @Test(arguments: GoldenJob.all)
    func `a released vecferry's job is recognised by its request and source`(job: GoldenJob) throws {
        let plan = try StoredPlan(text: job.plan).plan(job.saved)
        let fingerprint = JobFingerprint(request: plan.request)
        let server = Self.server(job.source.system, job.source.database)
        let texts = [fingerprint.text(of: server), fingerprint.textOfFormat1(of: server)]
        #expect(texts.contains(job.fingerprint))
        #expect(texts[0] != texts[1])
        let others = [Self.server(nil, job.source.database), Self.server(job.source.system, "other")]
        for other in others {
            #expect(fingerprint.text(of: other) != job.fingerprint)
            #expect(fingerprint.textOfFormat1(of: other) != job.fingerprint)
        }
    }

    @Test func `what is at its default adds nothing`() {
        let fields = JobFingerprint(request: CopyRequest()).fields(of: Self.server("7", "db"))
        #expect(fields == [["system", "7"], ["database", "db"]])
    }

    @Test func `what another job was begun with is told by its options`() throws {
        var plan = try StoredPlan(text: GoldenJob.named("ledger-1/replaced-bots").plan).plan([])
        let server = plan.source
        var request = plan.request
        #expect(JobFingerprint(request: request).differences(from: plan, server).isEmpty)
        request.selection.bots = nil
        request.create = true
        request.chunkBytes += 1
        request.existing = .fail
        #expect(
            JobFingerprint(request: request).differences(from: plan, server) == [
                "with --bot bot1 böt \"2\"", "with --existing \(plan.request.existing.rawValue)", "without --create",
                "without --chunk-size",
            ])
        plan.source.database = "other"
        #expect(
            JobFingerprint(request: plan.request).differences(from: plan, server)
                == ["from another source (\(plan.source.endpoint))"])
    }

    /// Names, order and values of today, which running jobs are recognised by.
    @Test func `fields keep their names and their order`() {
        var request = CopyRequest()
        request.selection.tables = ["a.*", "b"]
        request.selection.excluded = ["c"]
        request.selection.all = true
        request.selection.botColumn = "d"
        request.selection.bots = []
        request.existing = .replace
        request.create = true
        request.chunkBytes = 1
        request.index.lists = .fixed(2)
        request.index.method = .ivfflat
        request.index.hnswM = 3
        request.index.hnswEfConstruction = 4
        request.index.maintenanceWorkMem = 5
        request.index.workers = 6
        request.index.online = true
        let fingerprint = JobFingerprint(request: request)
        #expect(
            fingerprint.fields(of: Self.server(nil, "é\"")) == [
                ["database", "é\""], ["tables", "a.*", "b"], ["excluded", "c"], ["all"], ["bot-column", "d"], ["bots"],
                ["existing", "replace"], ["create"], ["chunk-bytes", "1"], ["lists", "2"],
                ["index-method", "ivfflat"], ["hnsw-m", "3"], ["hnsw-ef-construction", "4"],
                ["maintenance-work-mem", "5"], ["index-workers", "6"], ["online"],
            ])
        #expect(fingerprint.text(of: Self.server(nil, "é\"")) == "a263c649694739ba939221f20f6b34fc")
        request.selection.excludedBots = ["e", "f"]
        let last = JobFingerprint(request: request).fields(of: Self.server(nil, "é\"")).last
        #expect(last == ["excluded-bots", "e", "f"])
        request.selection.app = .table("t")
        #expect(JobFingerprint(request: request).fields(of: Self.server(nil, "é\"")).last == ["app-bots"])
        request.conversions = [ConversionRequest(table: "g", column: "H", conversion: .halfvec)]
        let converted = JobFingerprint(request: request).fields(of: Self.server(nil, "é\"")).last
        #expect(converted == ["convert", "g.\"H\"=halfvec"])
    }

    private static func server(_ system: String?, _ database: String) -> ServerInfo {
        ServerInfo(
            endpoint: "", versionNumber: 0, version: "", isAurora: false, database: database, user: "",
            isSuperuser: false, isInRecovery: false, encoding: "", systemIdentifier: system, blockSize: 0,
            maxConnections: 0, sharedBuffers: 0, maintenanceWorkMem: 0, maxParallelMaintenanceWorkers: 0,
            maxParallelWorkers: 0, maxWorkerProcesses: 0, vectorVersion: nil, vectorSchema: nil, mayCreateSchema: false,
            mayKeepLedger: false, hasLedgerSchema: false)
    }
}
