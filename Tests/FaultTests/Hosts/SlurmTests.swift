import Foundation
import RigSupport
import Testing

extension Faults.OnRig.Hosts {
    /// `scripts/hosts/slurm` on a real Slurm, each of whose nodes has a network of its own.
    @Suite struct SlurmTests {
        /// Starts the workers of an array.
        ///
        /// - Returns: The number of Slurm's job.
        private static func submit(
            _ array: String, _ arguments: [String] = [], to cluster: Cluster, _ databases: RigDatabases
        ) throws -> String {
            func uri(_ database: RigDatabase) throws -> String {
                try database.uri(port: try database.port).replacing("127.0.0.1", with: cluster.address)
            }
            let script = URL(filePath: try Rig.variable("VECFERRY_RIG")).deletingLastPathComponent()
                .appending(path: "hosts/slurm").path
            let environment = [
                "VECFERRY": try Ferryman.path, "VECFERRY_SOURCE": try uri(databases.source),
                "VECFERRY_TARGET": try uri(databases.target), "VECFERRY_JOBS": "1",
            ]
            return try cluster.slurm(
                "sbatch", ["--parsable", "--array=\(array)", "--chdir=\(cluster.outputFolder)", script] + arguments,
                environment: environment
            ).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        private static func waitForEnd(of cluster: Cluster, _ location: SourceLocation = #_sourceLocation) {
            let hasEnded = eventually(within: 60) {
                (try? cluster.slurm("squeue", ["--noheader"]))?.isEmpty ?? false
            }
            #expect(hasEnded, "The array did not end.", sourceLocation: location)
        }

        @Test func `an array of four workers, each on a node of its own, copies for one copy`() async throws {
            try await Cargo.withDatabases { databases in
                let cluster = try Cluster(
                    hosts: 4, reaching: [try databases.source.port, try databases.target.port])
                defer { cluster.close() }
                try cluster.startSlurm()
                let crew = Crew(databases: databases)
                let job = try Self.submit("1-4", ["--max-rate", "2"], to: cluster, databases)
                let copy = try crew.copy()
                crew.wait(forProcesses: 5)
                crew.waitForAllChunks()
                copy.goOn()
                let ended = copy.ended()
                #expect(ended.status == 0, "\(ended.said)")
                Self.waitForEnd(of: cluster)
                let hosts = try databases.target.value(
                    """
                    SELECT string_agg(DISTINCT document::jsonb ->> 'host', ' ' ORDER BY document::jsonb ->> 'host')
                    FROM vecferry.worker WHERE document::jsonb ->> 'isCoordinator' = 'false'
                    """)
                #expect(hosts == "host1 host2 host3 host4")
                for element in 1...4 {
                    let log = cluster.log("vecferry-worker-\(job)_\(element).log")
                    #expect(log.contains("Done: copied"), "\(log)")
                }
                try databases.expectWhole()
            }
        }

        /// The array's numbers name nobody: the ledger tells workers apart.
        @Test func `two arrays with the same numbers are all workers of their own`() async throws {
            try await Cargo.withDatabases { databases in
                let cluster = try Cluster(
                    hosts: 2, reaching: [try databases.source.port, try databases.target.port])
                defer { cluster.close() }
                try cluster.startSlurm()
                let crew = Crew(databases: databases)
                for _ in 0..<2 { _ = try Self.submit("3", ["--max-rate", "2"], to: cluster, databases) }
                let copy = try crew.copy()
                crew.wait(forProcesses: 3)
                crew.waitForAllChunks()
                copy.goOn()
                #expect(copy.ended().status == 0)
                Self.waitForEnd(of: cluster)
                #expect(try databases.target.value("SELECT count(*) FROM vecferry.worker") == "3")
                try databases.expectWhole()
            }
        }

        /// Slurm starts the element again on another node while the first one goes on behind its cut link, and joins again later.
        @Test(.enabled(if: Rig.isSoak))
        func `a node that Slurm has given up, and that comes back, brings nothing twice`() async throws {
            try await Cargo.withDatabases(rows: 20_000) { databases in
                let cluster = try Cluster(
                    hosts: 3, reaching: [try databases.source.port, try databases.target.port])
                defer { cluster.close() }
                try cluster.startSlurm()
                let crew = Crew(databases: databases)
                _ = try Self.submit("1-2", ["--max-rate", "0.5"], to: cluster, databases)
                let copy = try crew.copy()
                crew.wait(forProcesses: 3)
                try cluster.cut("host1")
                // Slurm notices after some ten seconds.
                let isRestarted = eventually(within: 60) {
                    (try? cluster.slurm("squeue", ["--noheader", "--states=R", "--format=%N"]))?.contains("host3")
                        ?? false
                }
                #expect(isRestarted)
                crew.wait(forProcesses: 4)
                try cluster.heal("host1")
                copy.goOn()
                let ended = copy.ended(within: 300)
                #expect(ended.status == 0, "\(ended.said)")
                Self.waitForEnd(of: cluster)
                try databases.expectWhole()
            }
        }
    }
}
