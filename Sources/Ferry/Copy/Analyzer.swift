internal import Postgres

/// Gives the planner of the target its statistics, table by table, on several connections.
struct Analyzer {
    let target: Endpoint
    let jobs: Int
    let retry: RetryPolicy
    let events: EventSink

    /// Tables for one statement, so that small ones do not cost a round trip each.
    private static let tablesAtOnce = 50

    func run(_ tables: [QualifiedName]) throws(FerryError) {
        let batches = stride(from: 0, to: tables.count, by: Self.tablesAtOnce).map {
            Array(tables[$0..<min($0 + Self.tablesAtOnce, tables.count)])
        }
        let queue = WorkQueue(batches)
        let analyzer = self
        WorkerThread.runAll(min(jobs, batches.count)) { _ in
            do throws(FerryError) {
                try analyzer.retry.run(interrupt: analyzer.target.interrupt, events: analyzer.events) {
                    () throws(FerryError) in try analyzer.session(queue)
                }
            } catch {
                queue.stop(error)
            }
        }
        if let fatal = queue.fatal { throw fatal }
    }

    private func session(_ queue: WorkQueue<[QualifiedName]>) throws(FerryError) {
        guard var tables = queue.next() else { return }
        do throws(FerryError) {
            let connection = try target.connect()
            while true {
                try on(.target) { () throws(PostgresError) in
                    var names: [String] = []
                    for table in tables { names.append(try table.quoted(on: connection)) }
                    try connection.execute("ANALYZE \(names.joined(separator: ", "))")
                }
                for notice in connection.takeNotices() where notice.severity == "WARNING" {
                    events(
                        .warning(
                            Note(
                                level: .warning, code: "not_analyzed", side: .target, table: nil,
                                message: "The server says: \(notice.message).",
                                hint: "Run ANALYZE as the table's owner.")))
                }
                queue.done()
                guard let next = queue.next() else { return }
                tables = next
            }
        } catch {
            queue.giveBack(tables)
            throw error
        }
    }
}
