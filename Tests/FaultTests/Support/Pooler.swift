import Foundation
import Platform
import Postgres
import RigSupport

/// Debian's pgbouncer in front of one database, in transaction mode.
final class Pooler {
    let uri: String
    private let process: Command
    private let folder: URL

    init(before database: RigDatabase) throws {
        let port = try freePort()
        folder = URL(filePath: "/tmp/vecferry-pooler-\(port)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let password = try ConnectionParameters(parsing: database.uri)["password"] ?? ""
        let config = folder.appending(path: "pgbouncer.ini")
        try """
        [databases]
        \(database.name) = host=127.0.0.1 port=\(try database.port) user=postgres password=\(password)
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        """.write(to: config, atomically: true, encoding: .utf8)
        // pgbouncer refuses to run as root.
        let arguments = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "/usr/sbin/pgbouncer", config.path]
        process =
            getuid() == 0
            ? try Command("/usr/bin/setpriv", arguments) : try Command("/usr/sbin/pgbouncer", [config.path])
        uri = "postgresql://postgres@127.0.0.1:\(port)/\(database.name)"
        eventually(within: 10) { (try? Psql.run(uri, "SELECT 1")) != nil }
    }

    func close() {
        process.kill()
        _ = process.ended(within: 10)
        try? FileManager.default.removeItem(at: folder)
    }
}
