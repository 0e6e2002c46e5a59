import RigSupport
import Testing

/// Standard output that takes no result: a full disk, a closed descriptor, a pipe whose reader is gone.
@Suite struct UndeliveredResultTests {
    private static let outputs = [
        ("> /dev/full", "No space left on device"), (">&-", "Bad file descriptor"), ("| true", "Broken pipe"),
    ]

    @Test(arguments: outputs)
    func `a result that could not be written is not a success`(output: String, reason: String) async throws {
        let setup = "CREATE TABLE items (id int PRIMARY KEY, embedding vector(2))"
        try await Rig.withDatabases(setup: setup) { databases in
            try databases.source.run("INSERT INTO items VALUES (1, '[1,2]')")
            let sides = ["VECFERRY_SOURCE": databases.source.uri, "VECFERRY_TARGET": databases.target.uri]
            func run(_ arguments: String...) throws -> Command.Ended {
                try Ferryman.run(arguments + ["--quiet"], environment: sides, output: output)
            }
            for arguments in [["plan"], ["copy", "--json"], ["copy"], ["verify", "--json"]] {
                let ended = try Ferryman.run(arguments + ["--quiet"], environment: sides, output: output)
                #expect(ended.status == 1, "\(arguments) \(ended.said)")
                #expect(
                    ended.errors.contains("could not be written to standard output: \(reason)."),
                    "\(arguments) \(ended.said)")
            }
            #expect(try run("copy").errors.contains("Already finished"))
            // A result that is worse than an undelivered one keeps its status.
            try databases.target.run("UPDATE items SET embedding = '[1,3]'")
            #expect(try run("verify").status == 4)
        }
    }

    @Test(arguments: outputs)
    func `help that could not be written is not a success`(output: String, reason: String) throws {
        for arguments in [["--help"], ["--version"], ["copy", "--help"]] {
            #expect(try Ferryman.run(arguments, output: output).status == 1, "\(arguments)")
        }
    }
}
