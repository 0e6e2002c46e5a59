internal import Dispatch
internal import Postgres
internal import Subprocess
internal import Synchronization

#if canImport(System)
    internal import System
#else
    internal import SystemPackage
#endif

/// Runs another program from a worker thread and waits for it.
enum ProgramRunner {
    /// The exit status and the output of a program.
    struct Output: Sendable {
        /// The exit status; 128 plus the signal's number, where a signal ended it.
        var status: Int
        /// The standard output, read as UTF-8.
        var standardOutput: String
        /// The standard error, read as UTF-8; at most 64 KiB.
        var standardError: String
    }

    /// The reason why a program did not run to its end.
    struct Failure: Error {
        /// The reason, as the end of a sentence, such as `it was interrupted`.
        var message: String
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - program: A path, or a name to look up in `PATH`.
    ///   - environment: Variables added to those of this process. Secrets go here, not into `arguments`.
    ///   - outputLimit: The most bytes of output; a program that prints more fails.
    ///   - patience: How long it may run before it is ended; nil for as long as it takes.
    ///   - interrupt: Ends the program when it is raised.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String], outputLimit: Int,
        patience: Duration? = nil, interrupt: Interrupt? = nil
    ) -> Result<Output, Failure> {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result<Output, Failure>>(.failure(Failure(message: "it did not start")))
        let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
        var updates: [Environment.Key: String?] = [:]
        for (name, value) in environment { updates[Environment.Key(stringLiteral: name)] = value }
        let changed = Environment.inherit.updating(updates)
        var options = PlatformOptions()
        // pg_dump cancels its statement when it is asked to end; killed, it would leave the backend working.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
        let platformOptions = options
        // The calling thread is one of our own and may block; the task runs on the pool.
        let task = Task.detached {
            do {
                let ended = try await Subprocess.run(
                    executable, arguments: Arguments(arguments), environment: changed,
                    platformOptions: platformOptions,
                    output: .string(limit: outputLimit), error: .string(limit: 64 << 10))
                let status: Int =
                    switch ended.terminationStatus {
                    case .exited(let code): Int(code)
                    case .signaled(let signal): 128 + Int(signal)
                    }
                let output = Output(
                    status: status, standardOutput: ended.standardOutput, standardError: ended.standardError)
                result.withLock { $0 = .success(output) }
            } catch {
                let message = "\(error)"
                result.withLock { $0 = .failure(Failure(message: message)) }
            }
            done.signal()
        }
        let start = ContinuousClock.now
        while done.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
            let isLate = patience.map { ContinuousClock.now - start > $0 } ?? false
            guard isLate || interrupt?.isRequested == true else { continue }
            // The library ends a program whose task is cancelled.
            task.cancel()
            // It must not outlive vecferry; a child of its own may keep its output open.
            _ = done.wait(timeout: .now() + .seconds(2))
            return .failure(Failure(message: isLate ? "it did not end in time" : "it was interrupted"))
        }
        return result.withLock { $0 }
    }
}
