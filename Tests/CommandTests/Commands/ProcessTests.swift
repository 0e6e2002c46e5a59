import Foundation
import Platform
import RigSupport
import Testing

@testable import vecferry

@Suite struct ProcessTests {
    private static let secret = "hunter2-correct-horse"

    @Test func `passwords are not in the process list`() throws {
        let server = try SilentServer()
        let source = "postgresql://u:\(Self.secret)@127.0.0.1:\(server.port)/db"
        let target = "host=127.0.0.1 port=\(server.port) password=\(Self.secret)"
        let tool = try Tool(["plan", "--source", source, "--target=\(target)", "--jobs", "2"])
        try server.waitForClient()
        let hidden = { String(repeating: "x", count: $0) }
        #expect(
            try tool.commandLine().split(separator: "\0").dropFirst()
                == ["plan", "--source", "\(hidden(source.count))", "--target=\(hidden(target.count))", "--jobs", "2"])
        tool.signal(SIGTERM)
        let ended = tool.ended()
        #expect(!(ended.output + ended.errors).contains(Self.secret))
    }

    /// A password is in the memory of this process, and in the environment of pg_dump.
    @Test func `neither the process nor a program that it runs leaves a core dump`() throws {
        // A shell's limit may be 0 already, which would hide that the process sets none.
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &raised)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) }
        let server = try SilentServer()
        let file = FileManager.default.temporaryDirectory.appending(path: "limits-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let address = "host=127.0.0.1 port=\(server.port) user=u dbname=d"
        let tool = try Tool([
            "plan", "--source", address, "--target", address, "--target-password-command",
            "cat /proc/$PPID/limits /proc/self/limits > '\(file.path)'; echo x",
        ])
        try server.waitForClient()
        tool.signal(SIGTERM)
        _ = tool.ended()
        let limits = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("Max core file size") }.map { $0.split(separator: " ")[4] }
        #expect(limits.count == 2 && limits.allSatisfy { $0 == "1" || $0 == "0" }, "\(limits)")
    }

    @Test(arguments: [
        (SIGINT, ExitStatus.interrupted), (SIGTERM, ExitStatus.terminated), (SIGHUP, ExitStatus.hungUp),
    ])
    func `a signal stops a copy, and the command reports how to resume it`(signal: Int32, status: ExitStatus) throws {
        let server = try SilentServer()
        let address = "host=127.0.0.1 port=\(server.port) user=u dbname=db"
        let tool = try Tool(["copy", "--source", address, "--target", address])
        try server.waitForClient()
        let start = ContinuousClock.now
        tool.signal(signal)
        let ended = tool.ended()
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(ended.status == status.rawValue)
        #expect(ended.output.isEmpty)
        #expect(
            ended.errors.hasSuffix(
                "Stopped. To resume, run the same command again; an index build that was running starts over.\n"))
    }

    @Test func `a copy that nohup started does not stop when its terminal is closed`() throws {
        let server = try SilentServer()
        let address = "host=127.0.0.1 port=\(server.port) user=u dbname=db"
        let ignoring = try Command(
            "/bin/sh",
            [
                "-c", #"trap '' HUP; exec "$0" "$@""#, try Ferryman.path, "copy", "--source", address, "--target",
                address,
            ])
        try server.waitForClient()
        ignoring.signal(SIGHUP)
        usleep(300_000)
        ignoring.terminate()
        #expect(ignoring.ended().status == ExitStatus.terminated.rawValue)
    }

    @Test(
        arguments: [
            (.hangUp, nil, .stop), (.interrupt, .interrupt, .endAtOnce), (.interrupt, .hangUp, .endAtOnce),
            (.hangUp, .hangUp, .ignore), (.hangUp, .terminate, .ignore),
        ] as [(StopSignals.Signal, StopSignals.Signal?, StopSignals.Response)])
    func `a second signal ends the process at once, but for the second SIGHUP of a closed terminal`(
        signal: StopSignals.Signal, first: StopSignals.Signal?, response: StopSignals.Response
    ) {
        #expect(StopSignals.Response(to: signal, after: first) == response)
    }

    @Test func `a log file has each line's time and the verdict, and the next run's lines follow`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let address = "host=127.0.0.1 port=1 user=u dbname=db password=\(Self.secret)"
        for runs in 1...2 {
            let ended = try Tool.run(
                "plan", "--quiet", "--retries", "0", "--log-file", file.path, "--source", address, "--target", address)
            #expect(ended.status == ExitStatus.failed.rawValue)
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /#) }, "\(lines)")
            #expect(lines.count { $0.contains("vecferry \(Build.description) begins.") } == runs)
            #expect(lines.count { $0.contains("Error: ") } == runs)
            #expect(!lines.joined().contains(Self.secret))
        }
        let unwritable = try Tool.run("plan", "--log-file", "/nowhere/log", "--source", address, "--target", address)
        #expect(unwritable.status == ExitStatus.usage.rawValue)
        #expect(unwritable.errors.contains("--log-file: /nowhere/log can't be written: No such file or directory."))
    }

    @Test(arguments: [
        ["plan", "postgresql://u:\(secret)@h/db"],
        ["plan", "--source", "postgresql://u:\(secret)@h:port/db", "--target", "dbname=x"],
        ["plan", "--source", "postgresql://u:\(secret)@[h/db", "--target", "dbname=x"],
        ["plan", "--source", "host=h password=\(secret) nonsense", "--target", "dbname=x"],
        ["plan", "--source", "host=h \(secret)=password", "--target", "dbname=x"],
        ["plan", "--sauce=postgresql://u:\(secret)@h/db"],
        ["copy", "--jobs", "postgresql://u:\(secret)@h/db"],
        ["postgresql://u:\(secret)@h/db"],
    ])
    func wrongUsageRepeatsNoPassword(arguments: [String]) throws {
        let ended = try Tool(arguments).ended()
        #expect(ended.status == ExitStatus.usage.rawValue)
        #expect(ended.output.isEmpty)
        #expect(ended.errors.hasPrefix("Error: "))
        #expect(!ended.errors.contains(Self.secret))
    }

    @Test func `a wrong variable repeats no password`() throws {
        let ended = try Tool.run(
            "plan", environment: ["VECFERRY_SOURCE": "postgresql://u:\(Self.secret)@h:port/db", "VECFERRY_TARGET": "x"])
        #expect(ended.status == ExitStatus.usage.rawValue)
        #expect(!ended.errors.contains(Self.secret))
    }

    @Test func `a missing side is named with its option and its variable`() throws {
        let ended = try Tool.run("copy", environment: ["VECFERRY_SOURCE": "dbname=x"])
        #expect(ended.status == ExitStatus.usage.rawValue)
        #expect(ended.errors.hasPrefix("Error: No target given. Give --target or VECFERRY_TARGET: a URI "))
    }

    @Test func `an error is written to standard error with --json too`() throws {
        // Port 1 of loopback has nobody behind it.
        let address = "host=127.0.0.1 port=1 user=u dbname=db"
        let ended = try Tool.run("plan", "--json", "--retries", "0", "--source", address, "--target", address)
        #expect(ended.status == ExitStatus.failed.rawValue)
        #expect(ended.output.contains(#""outcome" : "error""#) && ended.output.contains(#""side" : "#))
        #expect(ended.errors.contains("Error: "))
        #expect(ended.errors.contains("127.0.0.1"))
    }

    @Test(arguments: [["--help"], ["plan", "--help"], ["copy", "-h"], ["help", "copy"]])
    func `help is written to standard output`(arguments: [String]) throws {
        let ended = try Tool(arguments).ended()
        #expect(ended.status == 0)
        #expect(ended.output.hasPrefix("OVERVIEW: "))
        #expect(ended.errors.isEmpty)
    }

    @Test func `the version is written to standard output`() throws {
        let ended = try Tool.run("--version")
        #expect(ended.status == 0)
        #expect(ended.output == "\(Vecferry.configuration.version)\n")
        #expect(ended.output.contains(#/^\d+\.\d+\.\d+(, commit [0-9a-f]{12}\+?)?, libpq \d+\.\d+\n$/#))
    }

    @Test func `without a command, it shows what to run, and in which order`() throws {
        let ended = try Tool([]).ended()
        #expect(ended.status == 0 && ended.errors.isEmpty)
        let commands = ended.output.matches(of: #/  vecferry (\w+)  /#).map { String($0.1) }
        #expect(commands == ["plan", "copy", "tune", "verify", "report"])
        #expect(ended.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
}
