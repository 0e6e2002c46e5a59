import Testing

@testable import Ferry
@testable import vecferry

@Suite struct JobsTextTests {
    @Test func `jobs says which copy was asked`() throws {
        let asked = StreamsAsked(job: 7, host: "host-b", process: 4711, before: 4, streams: 1)
        let text = try JSONTests.text("jobs", .jobs(asked))
        #expect(text.contains(#""before" : 4"#) && text.contains(#""outcome" : "asked""#), "\(text)")
        #expect(
            CommandResult.jobs(asked).plain
                == "Asked: the copy of job 7, process 4711 on host-b, for 1 stream; until now it has 4.\n")
        #expect(ExitStatus(.jobs(asked)) == .done)
        let nobody = CommandResult.jobs(StreamsAsked(job: nil, streams: 1))
        #expect(try !JSONTests.text("jobs", nobody).contains("before"))
        #expect(nobody.plain == "NOTHING: no copy is running into this target.\n")
        #expect(ExitStatus(nobody) == .nothing)
        for number in ["0", "65", "x"] { #expect(throws: (any Error).self) { try JobsCommand.parse([number]) } }
    }

    @Test func `limits of a copy that does not yield are refused`() throws {
        #expect(try CopyCommand.parse([]).yields.limits == nil)
        #expect(try CopyCommand.parse(["--yield"]).yields.limits == YieldLimits())
        let limits = try CopyCommand.parse(
            ["--yield", "--yield-lag", "3", "--yield-commit", "50", "--yield-sessions", "0"]
        ).yields.limits
        #expect(limits == YieldLimits(lag: .seconds(3), commit: .milliseconds(50), sessions: 0))
        for wrong in [["--yield-lag", "3"], ["--yield", "--yield-lag", "0"], ["--yield", "--yield-sessions", "-1"]] {
            #expect(throws: (any Error).self) { try CopyCommand.parse(wrong) }
        }
    }
}
