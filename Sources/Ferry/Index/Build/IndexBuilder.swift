internal import Postgres

/// Does one build over a connection of its own.
struct IndexBuilder: Sendable {
    let task: IndexTask
    let target: Endpoint
    let workers: Workers
    let monitor: IndexMonitor

    /// Builds the index, and retries after transient faults.
    func run() throws(FerryError) {
        do throws(FerryError) {
            try attempt(parallel: task.build.workers)
        } catch  where Self.lacksSharedMemory(error) && (task.build.workers ?? 0) > 0 {
            workers.events(
                .warning(
                    Note(
                        level: .warning, code: .indexSharedMemory, side: .target, table: task.build.relation,
                        message:
                            "The server lacks the shared memory for a parallel build of \(task.build.index). The index "
                            + "is built without parallel workers.",
                        hint: "If the server runs in a container, start that with a larger --shm-size.")))
            try attempt(parallel: 0)
        }
    }

    private func attempt(parallel: Int?) throws(FerryError) {
        try workers.retrying { (tries: inout Tries) throws(FerryError) in
            let session = try target.connect()
            let watch = try monitor.watch(task, session)
            defer { monitor.forget(watch) }
            do throws(FerryError) {
                if task.build.isConcurrent {
                    try besideWriters(session, &tries, parallel: parallel)
                } else {
                    try inTransaction(session, &tries, parallel: parallel)
                }
            } catch {
                throw error.of(task.build.relation)
            }
            report(session.takeNotices())
        }
    }

    /// The text that names the locked tables, for ``LockHolder``.
    private var lockText: String { task.build.statements.joined(separator: "; ") }

    /// REINDEX waits for readers of the table, and a build may wait for another one: vecferry's own sessions end by
    /// themselves, so waiting for them uses up no tries.
    private func found(_ holder: LockHolder, _ tries: inout Tries) {
        if holder.oursToo { tries.progressed() }
    }

    /// Builds the index and marks it in the ledger, in one transaction. After a COMMIT whose answer was lost, the mark shows
    /// that the build is done.
    private func inTransaction(
        _ session: borrowing Session, _ tries: inout Tries, parallel: Int?
    ) throws(FerryError) {
        // No other session uses a table that the job creates, and its builds wait for each other for as long as they take.
        let wait = task.plan.action == .create ? nil : workers.retry.lockWait
        let isBuilt = try session.transaction(
            lockWait: wait, locking: lockText, found: { found($0, &tries) }
        ) { () throws(FerryError) in
            if let entry = task.entry, try isDone(entry, session) { return false }
            if try isReplaced(session) {
                reportReplaced()
            } else {
                for setting in settings(parallel: parallel) { try session.execute("SET LOCAL \(setting)") }
                // The functions of an index run as the table's owner in any case (catalog/index.c, index_build).
                try ActingRole(owner: nil).change(on: session) { () throws(FerryError) in
                    for statement in task.build.statements { try session.define(statement) }
                }
            }
            FailPoint.reached(.afterIndexBuild)
            try mark(session)
            FailPoint.reached(.beforeIndexCommit)
            return true
        }
        if isBuilt { FailPoint.reached(.afterIndexCommit) }
    }

    /// Builds the index beside writers. CONCURRENTLY runs in no transaction, so the mark follows the build; repeating the build
    /// does no harm.
    private func besideWriters(
        _ session: borrowing Session, _ tries: inout Tries, parallel: Int?
    ) throws(FerryError) {
        try session.waitingForLocks(on: lockText, found: { found($0, &tries) }) { () throws(FerryError) in
            if let entry = task.entry, try isDone(entry, session) { return }
            for setting in settings(parallel: parallel) { try session.execute("SET \(setting)") }
            let replacement = IndexReplacement(plan: task.plan, build: task.build)
            do throws(FerryError) {
                if try !replacement.run(on: session) { reportReplaced() }
            } catch {
                // A session that is still alive cleans up; otherwise the next try does.
                if error.cause?.isConnectionGone != true { try? replacement.dropLeftovers(on: session) }
                throw error
            }
            FailPoint.reached(.beforeIndexCommit)
            try mark(session)
            FailPoint.reached(.afterIndexCommit)
        }
    }

    private func mark(_ session: borrowing Session) throws(FerryError) {
        guard let entry = task.entry else { return }
        try session.execute(entry.markSQL)
    }

    private func isDone(_ entry: LedgerEntry, _ session: borrowing Session) throws(FerryError) -> Bool {
        try session.query(entry.lockSQL).first?.bool("restored") ?? false
    }

    /// Whether another session created an index of that name on the table since it was dropped, such as one that leaves out
    /// rows which the planned index does not accept. A unique index or one of a partition does more than speed up queries, so
    /// no other index replaces it.
    private func isReplaced(_ session: borrowing Session) throws(FerryError) -> Bool {
        guard task.entry != nil, task.plan.action == .rebuild || task.plan.action == .create, !task.plan.isUnique,
            task.plan.builds.count == 1
        else { return false }
        return try session.query(
            """
            SELECT EXISTS (
                SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND c.relname = $2 AND i.indisvalid AND i.indrelid = to_regclass($3)
            ) AS is_there
            """,
            [task.build.index.schema, task.build.index.name, task.build.relation.quoted]
        ).only().bool("is_there")
    }

    private func reportReplaced() {
        workers.events(
            .warning(
                Note(
                    level: .warning, code: .indexReplaced, side: .target, table: task.build.relation,
                    message: "Another session created an index in the place of \(task.build.index). It stays as it is.",
                    hint: task.build.statements.first.map { "The planned index was: \($0)" })))
    }

    /// The settings of the build's session, as SET takes them.
    ///
    /// - Parameter parallel: The parallel workers of the build, not counting its leader.
    private func settings(parallel: Int?) -> [String] {
        var settings: [String] = []
        if let memory = task.build.maintenanceWorkMem { settings.append("maintenance_work_mem TO '\(memory >> 10)kB'") }
        if let parallel {
            settings.append("max_parallel_maintenance_workers TO \(parallel)")
            // The server grants workers by the size of the heap, and vectors are in TOAST: without this, a table of a gigabyte
            // may seem too small for any (PostgreSQL, optimizer/plan/planner.c, plan_create_index_workers).
            if parallel > 0 { settings.append("min_parallel_table_scan_size TO 0") }
        }
        return settings
    }

    /// Turns the notices of pgvector that matter to the operator into warnings.
    private func report(_ notices: [Notice]) {
        for notice in notices {
            let code: Note.Code
            if notice.message.hasPrefix("hnsw graph no longer fits into maintenance_work_mem") {
                code = .hnswMemoryExceeded
            } else if notice.message.hasPrefix("ivfflat index created with little data") {
                code = .ivfflatLittleData
            } else {
                continue
            }
            workers.events(
                .warning(
                    Note(
                        level: .warning, code: code, side: .target, table: task.build.relation,
                        message: "\(task.build.index): \(notice.message).", hint: notice.hint)))
        }
    }

    /// A parallel build reserves maintenance_work_mem in shared memory at once, and a container has 64 MB of it unless told
    /// otherwise: disk_full, naming the segment (dsm_impl.c).
    private static func lacksSharedMemory(_ error: FerryError) -> Bool {
        error.cause?.sqlState == "53100" && error.message.contains("shared memory")
    }
}
