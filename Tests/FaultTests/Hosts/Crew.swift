import Foundation
import RigSupport
import Testing

/// A copy that offers its chunks, and workers, as processes of their own.
///
/// The copy stops itself, as SIGSTOP does, when it holds its first chunks: so workers have time to join, and must take those over
/// once the copy's lease is over.
struct Crew {
    let databases: RigDatabases

    /// Starts `vecferry copy --workers`.
    ///
    /// - Parameters:
    ///   - point: The named point to die or stop at; nil for none.
    ///   - lease: Seconds.
    func copy(at point: String? = "after-chunk-lock:1:stop", lease: Int = 2) throws -> Command {
        try databases.startCopy(
            ["--workers", "--lease", "\(lease)", "--no-search-check"],
            environment: point.map { ["VECFERRY_FAIL_POINT": $0] } ?? [:])
    }

    /// Starts `vecferry worker`, with one stream.
    ///
    /// - Parameter program: A program, with its arguments, that runs it; nil for none.
    func worker(
        _ arguments: [String] = [], at point: String? = nil, environment: [String: String] = [:],
        under program: [String]? = nil
    ) throws -> Command {
        var environment = databases.environment.merging(environment) { $1 }
        environment["VECFERRY_FAIL_POINT"] = point
        let arguments = ["worker", "--jobs", "1", "--wait", "30"] + arguments
        guard let program else { return try Ferryman.start(arguments, environment: environment) }
        return try Command(
            program[0], program.dropFirst() + [try Ferryman.path] + arguments,
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 })
    }

    /// Waits for an answer of the target; a table that is not there yet answers nothing.
    func wait(
        for answer: String, to question: String, _ location: SourceLocation = #_sourceLocation
    ) {
        var last: String?
        let isThere = eventually(within: 60) {
            last = try? databases.target.value(question)
            return last == answer
        }
        #expect(isThere, "\(question) is \(last ?? "nothing")", sourceLocation: location)
    }

    /// Waits until so many processes have joined the newest epoch, with the copy itself.
    func wait(forProcesses count: Int, _ location: SourceLocation = #_sourceLocation) {
        wait(
            for: "t",
            to: """
                SELECT count(*) >= \(count) FROM vecferry.worker AS w
                WHERE w.left_at IS NULL AND w.epoch = (SELECT max(e.number) FROM vecferry.epoch AS e)
                """, location)
    }

    /// Waits until all chunks are on the target.
    func waitForAllChunks(_ location: SourceLocation = #_sourceLocation) {
        wait(for: "0", to: "SELECT count(*) FROM vecferry.chunk WHERE finished_at IS NULL", location)
    }

    /// The chunks that processes other than the copy have committed.
    func chunksOfWorkers() throws -> Int {
        Int(
            try databases.target.value(
                """
                SELECT coalesce(sum(cardinality(c.chunks)), 0) FROM vecferry.claim AS c JOIN vecferry.worker AS w ON w.id = c.worker
                WHERE c.done_at IS NOT NULL AND w.document::jsonb ->> 'isCoordinator' = 'false'
                """) ?? "") ?? 0
    }
}

extension Command {
    /// Waits until it has stopped itself, or has ended because there was nothing left to stop at, and lets it go on.
    func goOn(_ location: SourceLocation = #_sourceLocation) {
        waitForStop(location)
        signal(SIGCONT)
    }

    /// Waits until it has stopped itself, or has ended.
    func waitForStop(_ location: SourceLocation = #_sourceLocation) {
        // proc_pid_stat(5): the state stands behind the name, in parentheses.
        let hasStopped = eventually(within: 30) {
            guard isRunning else { return true }
            let fields = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8))?.split(separator: ")").last
            return fields?.hasPrefix(" T") ?? false
        }
        #expect(hasStopped, "It did not stop.", sourceLocation: location)
    }
}
