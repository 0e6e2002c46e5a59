internal import Postgres
internal import Synchronization

/// Gives the planner of the target its statistics, table by table, on several connections.
struct Analyzer {
    let target: Endpoint
    let jobs: Int
    let retry: RetryPolicy
    let events: EventSink

    /// Tables for one statement, so that small ones do not cost a round trip each.
    private static let tablesAtOnce = 50

    /// - Returns: The tables that can't be analyzed, and why.
    func run(_ tables: [QualifiedName]) throws(FerryError) -> [QualifiedName: FerryError] {
        let batches = stride(from: 0, to: tables.count, by: Self.tablesAtOnce).map {
            Array(tables[$0..<min($0 + Self.tablesAtOnce, tables.count)])
        }
        let queue = WorkQueue(batches)
        let failures = Mutex<[QualifiedName: FerryError]>([:])
        let analyzer = self
        WorkerThread.runAll(min(jobs, batches.count)) { _ in
            do throws(FerryError) {
                try analyzer.retry.run(interrupt: analyzer.target.interrupt, events: analyzer.events) {
                    (tries: inout Tries) throws(FerryError) in
                    try analyzer.session(queue, &tries) { error, table in failures.withLock { $0[table] = error } }
                }
            } catch {
                queue.stop(error)
            }
        }
        if let fatal = queue.fatal { throw fatal }
        return failures.withLock { $0 }
    }

    private func session(
        _ queue: WorkQueue<[QualifiedName]>, _ tries: inout Tries, _ fail: (FerryError, QualifiedName) -> Void
    ) throws(FerryError) {
        guard var tables = queue.next() else { return }
        do throws(FerryError) {
            let connection = try target.connect()
            while true {
                let fault = try fault(analyzing: tables, over: connection)
                for notice in connection.takeNotices() where notice.severity == "WARNING" {
                    events(
                        .warning(
                            Note(
                                level: .warning, code: .notAnalyzed, side: .target, table: nil,
                                message: "The server says: \(notice.message).",
                                hint: "Run ANALYZE as the table's owner.")))
                }
                if let fault, tables.count == 1 { fail(fault, tables[0]) }
                if fault != nil, tables.count > 1 {
                    // The others of the batch must not suffer for it.
                    queue.replace(with: tables.map { [$0] })
                } else {
                    queue.done()
                }
                tries.progressed()
                guard let next = queue.next() else { return }
                tables = next
            }
        } catch {
            queue.giveBack(tables)
            throw error
        }
    }
    /// - Returns: What is the matter with one of the tables.
    private func fault(
        analyzing tables: [QualifiedName], over connection: borrowing Connection
    ) throws(FerryError) -> FerryError? {
        do throws(FerryError) {
            try on(.target) { () throws(PostgresError) in
                var names: [String] = []
                for table in tables { names.append(try table.quoted(on: connection)) }
                try connection.execute("ANALYZE \(names.joined(separator: ", "))")
            }
            return nil
        } catch {
            let fault = error.of(tables[0])
            guard fault.concernsOneTable else { throw error }
            return fault
        }
    }
}
