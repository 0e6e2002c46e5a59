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
    /// How the program ended, and what it printed.
    struct Output: Sendable {
        /// Its exit status; 128 and the signal's number, where one ended it.
        var status: Int
        /// Read as UTF-8.
        var standardOutput: String
        /// Read as UTF-8; at most 64 KiB.
        var standardError: String
    }

    /// Why it did not run to its end.
    struct Failure: Error {
        /// The end of a sentence, such as `it was interrupted`.
        var message: String
    }

    /// - Parameters:
    ///   - program: A path, or a name to be found in `PATH`.
    ///   - environment: Variables beside those of this process. Secrets go here, not into `arguments`.
    ///   - outputLimit: Bytes of output to take; a program that prints more fails.
    ///   - patience: How long it may run before it is ended; nil for as long as it takes.
    ///   - interrupt: Raised, it ends the program.
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
        // pg_dump cancels what its backend does when it is told to end; killed, it would leave it behind.
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
            // It is to be gone when we are; what it has started itself may keep its output open.
            _ = done.wait(timeout: .now() + .seconds(2))
            return .failure(Failure(message: isLate ? "it did not end in time" : "it was interrupted"))
        }
        return result.withLock { $0 }
    }
}
