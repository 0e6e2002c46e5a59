import Foundation
import RigSupport
import Testing

extension Faults.OnRig.Ends {
    @Suite struct MemoryTests {
        /// 1,600 rows of 64 KiB, which compress to little: 100 MiB on the wire in one chunk. A target that is slower than the
        /// source shows what gathers between the two.
        @Test func `a copy holds no more memory for a large chunk than for a small one`() async throws {
            let setup = """
                CREATE FUNCTION slowly() RETURNS boolean LANGUAGE sql AS 'SELECT pg_sleep(0.02) IS NOT NULL';
                CREATE TABLE items (id int PRIMARY KEY, t text, embedding vector(2))
                """
            try await Rig.withDatabases(setup: setup) { databases in
                try databases.target.run("ALTER TABLE items ADD CHECK (id % 16 > 0 OR public.slowly())")
                var peaks: [Int] = []
                for rows in [16, 1600] {
                    try databases.both("TRUNCATE items")
                    try databases.source.run(
                        "INSERT INTO items SELECT i, repeat('x', 64 << 10), '[1,2]' FROM generate_series(1, \(rows)) AS i"
                    )
                    let copy = try Ferryman.start(["copy", "--restart"], environment: databases.environment)
                    var peak = 0
                    while copy.isRunning {
                        peak = max(peak, copy.peakMemory() ?? 0)
                        usleep(1_000)
                    }
                    let ended = copy.ended()
                    #expect(ended.status == 0, "\(ended.said)")
                    peaks.append(peak)
                }
                print("memory of a copy: \(peaks[0] >> 20) MiB for 1 MiB, \(peaks[1] >> 20) MiB for 100 MiB")
                #expect(peaks[0] > 1 << 20)
                #expect(peaks[1] < peaks[0] + 16 << 20)
            }
        }
    }
}
