import Foundation
import Postgres
import RigSupport
import Testing

@testable import Ferry

/// A server whose /dev/shm is as small as a container's: a parallel build of hnsw has no room there.
///
/// It is a rig of its own, started where a small file system is mounted over /dev/shm; that takes root, or a kernel that lets
/// others have a mount namespace.
@Suite struct SharedMemoryTests {
    /// Runs a program in a mount namespace of its own.
    static let namespace: [String]? = [["--mount"], ["--map-root-user", "--mount"]].first { options in
        let script = "mount -t tmpfs -o size=1m tmpfs /dev/shm"
        return (try? Command.run("/usr/bin/unshare", options + ["/bin/sh", "-c", script]).status) == 0
    }

    private struct Failure: Error { var said: String }

    private func withSmallServers(_ body: (_ source: String, _ target: String) async throws -> Void) async throws {
        let script = try Rig.variable("VECFERRY_RIG")
        let root = URL(filePath: script).deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: ".rig/shm-\(getpid())")
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("VECFERRY_") }
        let environment = inherited.merging(["VECFERRY_RIG_DIR": folder.path]) { $1 }
        func run(_ program: String, _ arguments: [String]) throws -> String {
            let ended = try Command(program, arguments, environment: environment).ended()
            guard ended.status == 0 else { throw Failure(said: ended.said) }
            return ended.output
        }
        defer {
            _ = try? run(script, ["down", "--purge"])
            try? FileManager.default.removeItem(at: folder)
        }
        let mounted = "mount -t tmpfs -o size=32m tmpfs /dev/shm && exec \"$0\" up"
        _ = try run("/usr/bin/unshare", try #require(Self.namespace) + ["/bin/sh", "-c", mounted, script])
        var uris: [String: String] = [:]
        for line in try run(script, ["env"]).split(separator: "\n") {
            let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { uris[parts[0]] = parts[1] }
        }
        try await body(try #require(uris["VECFERRY_SOURCE"]), try #require(uris["VECFERRY_TARGET"]))
    }

    @Test(.enabled(if: namespace != nil, "there are no mount namespaces here"))
    func `a parallel build without room in shared memory is done without workers, and says so`() async throws {
        try await withSmallServers { source, target in
            let setup = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(64))"
            try await Rig.withDatabases(on: (source, target), setup: setup) { databases in
                try databases.source.run(
                    """
                    INSERT INTO items
                    SELECT i, (SELECT array_agg(random()::real) FROM generate_series(1, 64) WHERE i = i)::vector
                    FROM generate_series(1, 3000) AS i; ANALYZE items
                    """)
                try databases.target.run("CREATE INDEX h ON items USING hnsw (embedding vector_l2_ops)")
                for online in [false, true] {
                    var request = IndexStepRequest()
                    request.index.workers = 2
                    request.index.maintenanceWorkMem = 96 << 20
                    request.index.online = online
                    request.index.hnswM = online ? 10 : 12
                    let log = EventLog()
                    if !online {
                        var copy = CopyRequest()
                        copy.index = request.index
                        #expect(try await databases.engine(events: log.take).copy(copy).outcome == .proven)
                    } else {
                        #expect(try await databases.engine(events: log.take).targetAlone.index(request).isDone)
                    }
                    #expect(log.warnings.map(\.code) == [.indexSharedMemory])
                    #expect(log.warnings.first?.hint?.contains("--shm-size") == true)
                    let indexes = try databases.target.run(
                        """
                        SELECT c.relname, i.indisvalid, c.reloptions
                        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                        WHERE i.indrelid = 'items'::regclass ORDER BY 1
                        """)
                    #expect(indexes.map { $0[0] } == ["h", "items_pkey"])
                    #expect(indexes[0][1] == "t" && indexes[0][2]?.contains("m=\(online ? 10 : 12)") == true)
                }
            }
        }
    }
}
