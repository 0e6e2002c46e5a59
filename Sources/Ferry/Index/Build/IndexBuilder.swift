internal import Postgres

/// Does one build over a connection of its own.
struct IndexBuilder: Sendable {
    let task: IndexTask
    let target: Endpoint
    let retry: RetryPolicy
    let interrupt: Interrupt
    let events: EventSink
    let monitor: IndexMonitor

    /// Builds, again where a fault may heal.
    ///
    /// - Throws: ``FerryError``, told of the target.
    func run() throws(FerryError) {
        do throws(FerryError) {
            try attempt(workers: task.build.workers)
        } catch  where Self.lacksSharedMemory(error) && (task.build.workers ?? 0) > 0 {
            events(
                .warning(
                    Note(
                        level: .warning, code: .indexSharedMemory, side: .target, table: task.build.relation,
                        message: "The server has no shared memory for a parallel build of \(task.build.index): it is "
                            + "built without parallel workers.",
                        hint: "In a container, start it with a larger --shm-size.")))
            try attempt(workers: 0)
        }
    }

    private func attempt(workers: Int?) throws(FerryError) {
        try retry.run(interrupt: interrupt, events: events) { (tries: inout Tries) throws(FerryError) in
            let connection = try target.connect()
            let watch = try monitor.watch(task, connection)
            defer { monitor.forget(watch) }
            do throws(FerryError) {
                try on(.target, task.build.relation) { () throws(PostgresError) in
                    if task.build.isConcurrent {
                        try besideWriters(connection, workers: workers)
                    } else {
                        try inTransaction(connection, workers: workers)
                    }
                }
            } catch {
                let text = task.build.statements.joined(separator: "; ")
                let holder = LockHolder(behind: error, text: text, on: connection)
                // REINDEX waits for whoever reads the table, and a build may wait for another one: ours come to an end.
                if holder?.oursToo == true { tries.progressed() }
                throw error.naming(holder)
            }
            tell(connection.takeNotices())
        }
    }

    /// The build and its mark in the ledger, together. After a commit whose acknowledgement was lost, the mark says that
    /// nothing is left to do.
    private func inTransaction(_ connection: borrowing Connection, workers: Int?) throws(PostgresError) {
        // Nobody else knows a table that the job makes, and its builds wait for each other as long as they take.
        try connection.execute(task.plan.action == .create ? "BEGIN" : LockHolder.begin(retry.lockWait))
        if let entry = task.entry, try isDone(entry, connection) {
            try connection.execute("ROLLBACK")
            return
        }
        if try isReplaced(connection) {
            tellReplaced()
        } else {
            for setting in settings(workers: workers) { try connection.execute("SET LOCAL \(setting)") }
            for statement in task.build.statements { try connection.execute(statement) }
        }
        FailPoint.reached(.afterIndexBuild)
        if let entry = task.entry {
            try connection.execute(entry.markSQL)
        }
        FailPoint.reached(.beforeIndexCommit)
        try connection.execute("COMMIT")
        FailPoint.reached(.afterIndexCommit)
    }

    /// CONCURRENTLY runs in no transaction, so the mark follows the build; done twice, it comes to the same.
    private func besideWriters(_ connection: borrowing Connection, workers: Int?) throws(PostgresError) {
        if let entry = task.entry, try isDone(entry, connection) { return }
        for setting in settings(workers: workers) { try connection.execute("SET \(setting)") }
        let replacement = IndexReplacement(plan: task.plan, build: task.build)
        do throws(PostgresError) {
            if try !replacement.run(on: connection) { tellReplaced() }
        } catch {
            // A session that is still alive leaves nothing behind; otherwise the next try does it.
            if !error.isConnectionGone { try? replacement.dropLeftovers(on: connection) }
            throw error
        }
        FailPoint.reached(.beforeIndexCommit)
        if let entry = task.entry {
            try connection.execute(entry.markSQL)
        }
        FailPoint.reached(.afterIndexCommit)
    }

    private func isDone(
        _ entry: LedgerEntry, _ connection: borrowing Connection
    ) throws(PostgresError) -> Bool {
        try connection.query(entry.lockSQL).first?.bool("restored") ?? false
    }

    /// Whether somebody made an index of that name on the table since it was dropped, say one that leaves out rows which ours
    /// can't take. A unique one and one of a partition do more than make queries quick, so nothing stands in for them.
    private func isReplaced(_ connection: borrowing Connection) throws(PostgresError) -> Bool {
        guard task.entry != nil, task.plan.action == .rebuild || task.plan.action == .create, !task.plan.isUnique,
            task.plan.builds.count == 1
        else { return false }
        return try connection.query(
            """
            SELECT EXISTS (
                SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = $1 AND c.relname = $2 AND i.indisvalid AND i.indrelid = to_regclass($3)
            ) AS is_there
            """,
            [task.build.index.schema, task.build.index.name, try task.build.relation.quoted(on: connection)]
        )[0].bool("is_there")
    }

    private func tellReplaced() {
        events(
            .warning(
                Note(
                    level: .warning, code: .indexReplaced, side: .target, table: task.build.relation,
                    message: "Somebody has put another index in the place of \(task.build.index): it stays.",
                    hint: task.build.statements.first.map { "What was to be there: \($0)" })))
    }

    /// The settings of the build's session, as SET takes them.
    private func settings(workers: Int?) -> [String] {
        var settings: [String] = []
        if let memory = task.build.maintenanceWorkMem { settings.append("maintenance_work_mem TO '\(memory >> 10)kB'") }
        if let workers {
            settings.append("max_parallel_maintenance_workers TO \(workers)")
            // Workers come with the size of the heap, and vectors live in TOAST: without this, a table of a gigabyte may
            // look too small for any (PostgreSQL, optimizer/plan/planner.c, plan_create_index_workers).
            if workers > 0 { settings.append("min_parallel_table_scan_size TO 0") }
        }
        return settings
    }

    /// What pgvector says in passing is what an operator must know.
    private func tell(_ notices: [Notice]) {
        for notice in notices {
            let code: Note.Code
            if notice.message.hasPrefix("hnsw graph no longer fits into maintenance_work_mem") {
                code = .hnswMemoryExceeded
            } else if notice.message.hasPrefix("ivfflat index created with little data") {
                code = .ivfflatLittleData
            } else {
                continue
            }
            events(
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
