import ArgumentParser
import Ferry

/// The program: its commands, and the beginning and end of each.
@main
struct Vecferry: AsyncParsableCommand {
    /// The commands, the version, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "vecferry",
        abstract: "Copies pgvector tables from one PostgreSQL server to another, byte for byte, and proves it.",
        discussion: """
            Every option can be given as an environment variable: VECFERRY_ and the option's name in capitals, with _ \
            for -. VECFERRY_JOBS=8 means --jobs 8, VECFERRY_JSON=1 means --json, and VECFERRY_TABLE=items,bots means \
            --table items --table bots. The command line takes precedence.

            Exit status: 0 success; 1 failure; 3 the plan is blocked; 4 the target differs from the source; 5 \
            searches are worse than on the source; 6 another copy is running on the target; 7 and 8 for status and worker, a copy that stopped half-way and no copy (8 for report and jobs too); 64 usage error; 129 stopped because the terminal was closed; 130 by Ctrl-C; 143 by SIGTERM.

            Example:
              VECFERRY_SOURCE=postgresql://postgres@restored.example.com/postgres
              VECFERRY_TARGET=postgresql://postgres@new.example.com/postgres
              export VECFERRY_SOURCE VECFERRY_TARGET
              vecferry plan
              vecferry copy
            """,
        version: Build.description,
        subcommands: [
            BotsCommand.self, PlanCommand.self, CopyCommand.self, VerifyCommand.self, TuneCommand.self,
            IndexCommand.self, StatusCommand.self, ReportCommand.self, UndoCommand.self, WorkerCommand.self,
            JobsCommand.self,
        ])

    /// The command line, without secrets, with the options that the environment gave. For the ledger.
    static let shownCommand = ShownCommand.text(
        (try? EnvironmentOptions.adding(to: Array(CommandLine.arguments.dropFirst()))) ?? [])

    /// Parses the command line and the environment, runs the command, and exits with its status.
    static func main() async {
        let given = Array(CommandLine.arguments.dropFirst())
        // `ps` shows the process's own memory, not the copy in `given`.
        ProcessArguments.hideSecrets()
        Machine.leaveNoCoreDumps()
        Machine.occupyStandardStreams()
        // A copy must not end because the reader of its output is gone.
        Machine.ignoreBrokenPipes()
        // Swift reads them from /proc. Without that, a command would look like none.
        if CommandLine.arguments.isEmpty {
            Machine.write("Error: The arguments can't be read, because /proc is not mounted.\n", to: .error)
            Machine.end(ExitStatus.failed.rawValue)
        }
        if given.isEmpty {
            Machine.end(Machine.write(FirstSteps.text + "\n", to: .output) == nil ? 0 : ExitStatus.failed.rawValue)
        }
        var arguments = given
        var kind: any ParsableCommand.Type = Self.self
        do {
            arguments = try EnvironmentOptions.adding(to: given)
            var command = try parseAsRoot(arguments)
            kind = type(of: command)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error, of: kind, arguments)
        }
    }

    /// Writes the error's message, without repeating a secret, and exits.
    private static func end(with error: any Error, of kind: any ParsableCommand.Type, _ arguments: [String]) -> Never {
        let code = exitCode(for: error)
        var message = fullMessage(for: error)
        if let error = error as? ValidationError {
            // ArgumentParser attributes an error that `run` throws to the root command.
            message = "Error: \(error.message)\n  See 'vecferry \(kind._commandName) --help' for more information."
        }
        message = UsageAdvice.improved(message, arguments)
        for secret in ProcessArguments.secretParts(arguments) { message = message.replacing(secret, with: "\u{2026}") }
        var status = code.rawValue
        if !message.isEmpty {
            let failure = Machine.write(message + "\n", to: code == .success ? .output : .error)
            if failure != nil, code == .success { status = ExitStatus.failed.rawValue }
        }
        Machine.end(status)
    }
}
