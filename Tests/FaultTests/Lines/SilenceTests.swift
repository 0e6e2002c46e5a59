import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry

extension Faults.OnRig.Refusals {
    /// A server that keeps silent because it is at work, and one that can't be heard any more.
    @Suite struct SilenceTests {
        /// What keeps a session silent.
        enum Silence: String, CaseIterable, CustomTestStringConvertible {
            /// The server takes its time.
            case work
            /// The connection stands still while the server works: its answer never comes.
            case lostAnswer
            /// The connection stands still before the server has heard of the statement.
            case lostStatement

            var testDescription: String { rawValue }
        }

        @Test(arguments: Silence.allCases)
        func `a statement without a limit is waited for while the server works on it, and no longer`(
            silence: Silence
        ) async throws {
            try await Rig.withDatabases { databases in
                let proxy = try Proxy(to: [try databases.target.port])
                defer { proxy.close() }
                let interrupt = Interrupt()
                let engine = try databases.hastyEngine(
                    target: try databases.target.uri(port: proxy.port), stallLimit: .seconds(1), interrupt: interrupt,
                    told: Told())
                let session = try engine.target.connect()
                let pid = session.reportedBackendPID
                if silence == .lostStatement { proxy.stallAll() }
                let staller = Meanwhile { isWanted in
                    pause(seconds: 1)
                    if silence == .lostAnswer { proxy.stallAll() }
                    if !eventually(within: 20, { !isWanted() }) { interrupt.request() }
                }
                let start = ContinuousClock.now
                let result = Result { () throws(FerryError) in try session.execute("SELECT pg_sleep(4)") }
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                staller.cancel()
                try await staller.value
                #expect(seconds < 15)
                guard silence != .work else {
                    #expect(throws: Never.self) { try result.get() }
                    return
                }
                if silence == .lostAnswer { #expect(seconds > 3.9, "the server was at work until then") }
                let error = #expect(throws: FerryError.self) { try result.get() }
                #expect(error?.cause?.code == .stalled)
                // The line is still open on the server's side, and what the session has locked must not stay so.
                let isGone = try eventually(within: 5) {
                    try databases.target.value("SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid)") == "0"
                }
                #expect(isGone)
            }
        }

        /// What may keep a look out, and says nothing of the server.
        enum Nuisance: String, CaseIterable, CustomTestStringConvertible {
            /// The password command fails for as long as the statement runs.
            case passwordCommand
            /// The authority's certificate can't be read.
            case certificate
            /// One connection is reset.
            case line

            var testDescription: String { rawValue }
        }

        @Test(arguments: Nuisance.allCases)
        func `a check that fails by itself does not end a statement that the server works on`(
            nuisance: Nuisance
        ) async throws {
            let target = try Rig.variable("VECFERRY_TARGET")
            let servers = nuisance == .certificate ? (try Rig.variable("VECFERRY_RIG_TLS"), target) : nil
            try await Rig.withDatabases(on: servers) { databases in
                let folder = URL(filePath: "/tmp/vecferry-look-\(databases.source.name)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                let file = folder.appending(path: "needed").path
                // The session comes first, the first look second.
                let proxy = try Proxy(to: [try databases.source.port]) { $0 == 1 ? .refuse : .none }
                defer { proxy.close() }
                var parameters = try ConnectionParameters(parsing: databases.source.uri)
                var command: String?
                switch nuisance {
                case .passwordCommand:
                    try (parameters["password"] ?? "").write(toFile: file, atomically: true, encoding: .utf8)
                    command = "cat \(file)"
                case .certificate:
                    let authority = try Rig.variable("VECFERRY_RIG_TLS_CA")
                    try FileManager.default.copyItem(atPath: authority, toPath: file)
                    parameters["sslmode"] = "verify-full"
                    parameters["sslrootcert"] = file
                case .line:
                    parameters = try ConnectionParameters(parsing: try databases.source.uri(port: proxy.port))
                }
                let session = try Endpoint(
                    .source, parameters, credentials: command.map(CredentialSource.command), stallLimit: .seconds(1),
                    interrupt: Interrupt()
                ).connect()
                if nuisance != .line { try FileManager.default.removeItem(atPath: file) }
                #expect(throws: Never.self) { try session.execute("SELECT pg_sleep(3.5)") }
                #expect(proxy.strikes == (nuisance == .line ? 1 : 0))
            }
        }

        @Test func `behind a pooler a silent statement is waited for, and no other backend is ended`() async throws {
            try await Rig.withDatabases { databases in
                let pooler = try Pooler(before: databases.target)
                defer { pooler.close() }
                let session = try databases.hastyEngine(target: pooler.uri, stallLimit: .seconds(1), told: Told())
                    .target.connect()
                let pid = "SELECT pg_backend_pid() AS pid"
                let first = try session.query(pid)[0].int("pid", as: Int.self)
                // Another client, which has the session's backend now and is about to think for a while.
                let other = try Connection(
                    try ConnectionParameters(parsing: pooler.uri), applicationName: "other", interrupt: Interrupt())
                try other.execute("BEGIN")
                let second = try other.query(pid)[0].int("pid", as: Int.self)
                #expect(second == first)
                #expect(throws: Never.self) { try session.execute("SELECT pg_sleep(3)") }
                #expect(throws: Never.self) { try other.execute("COMMIT") }
            }
        }

        @Test func `both ends of a session notice that the other is gone`() async throws {
            try await Rig.withDatabases { databases in
                let proxy = try Proxy(to: [try databases.target.port])
                defer { proxy.close() }
                let uri = try databases.target.uri(port: proxy.port)
                let session = try databases.hastyEngine(target: uri, stallLimit: .seconds(20), told: Told())
                    .target.connect()
                #expect(
                    SocketOptions(to: proxy.port)
                        == SocketOptions(
                            keepAliveIdle: 30, keepAliveInterval: 10, keepAliveCount: 3, userTimeout: 20_000))
                let settings = [
                    "tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3",
                    "client_connection_check_interval": "2000",
                ]
                for (name, value) in settings {
                    let row = try session.query("SELECT setting FROM pg_settings WHERE name = $1", [name])[0]
                    #expect(try row.string("setting") == value, "\(name)")
                }
            }
        }

        @Test func `keepalives that the address names are those that hold`() async throws {
            try await Rig.withDatabases { databases in
                let proxy = try Proxy(to: [try databases.source.port])
                defer { proxy.close() }
                let uri =
                    try databases.source.uri(port: proxy.port)
                    + "&keepalives_idle=7&keepalives_interval=3&keepalives_count=2&tcp_user_timeout=5000"
                let session = try databases.hastyEngine(source: uri, told: Told()).source.connect()
                #expect(
                    SocketOptions(to: proxy.port)
                        == SocketOptions(
                            keepAliveIdle: 7, keepAliveInterval: 3, keepAliveCount: 2, userTimeout: 5_000))
                _ = session.endpoint
            }
        }

        @Test func `a target that stands still while an index is built is noticed, and the build is done again`()
            async throws
        {
            try await Cargo.withDatabases(rows: 2_000) { databases in
                try databases.target.run(
                    "CREATE INDEX slow ON items USING hnsw (embedding vector_l2_ops) WITH (m = 64, ef_construction = 1000)"
                )
                let proxy = try Proxy(to: [try databases.target.port])
                defer { proxy.close() }
                let told = Told()
                let interrupt = Interrupt()
                let engine = try databases.hastyEngine(
                    target: try databases.target.uri(port: proxy.port), stallLimit: .seconds(2), interrupt: interrupt,
                    told: told)
                let staller = Meanwhile { isWanted in
                    let session = try databases.target.connect()
                    let isBuilding = try eventually(within: 60) {
                        try !isWanted()
                            || session.execute(
                                """
                                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                                    AND query LIKE '%CREATE INDEX slow%' AND state = 'active'
                                    AND pid <> pg_backend_pid()
                                """)[0][0].int("count") > 0
                    }
                    guard isBuilding, isWanted() else { return false }
                    proxy.stallAll()
                    if !eventually(within: 60, { !isWanted() }) { interrupt.request() }
                    return true
                }
                let start = ContinuousClock.now
                let report = try await engine.copy(inSmallChunks)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                staller.cancel()
                #expect(try await staller.value)
                print("stalled in an index build: ended after \(seconds) seconds")
                #expect(report.outcome == .proven, "\(report)")
                #expect(told.retries.contains { $0.side == .target && $0.cause?.code == .stalled }, "\(told.retries)")
                #expect(seconds < 60)
                try databases.expectWhole()
            }
        }
    }
}
