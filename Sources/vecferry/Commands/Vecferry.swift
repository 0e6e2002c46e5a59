import ArgumentParser
import Ferry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The program: which commands there are, and how every one of them begins and ends.
@main
struct Vecferry: AsyncParsableCommand {
    /// The commands, the version, and what `--help` tells.
    static let configuration = CommandConfiguration(
        commandName: "vecferry",
        abstract: "Copies pgvector tables from one PostgreSQL to another, byte for byte, and proves it.",
        discussion: """
            Every option has an environment variable: VECFERRY_ and the option's name in capitals, with _ for -. \
            VECFERRY_JOBS=8 is --jobs 8, VECFERRY_JSON=1 is --json, VECFERRY_TABLE=items,bots is --table items \
            --table bots. What the command line says wins.

            Exit status: 0 done, ready or the same; 1 a fault stopped it; 3 the plan is blocked; 4 the target differs; \
            6 another copy is running; 64 wrong usage; 130 Ctrl-C; 143 SIGTERM.

            Example:
              VECFERRY_SOURCE=postgresql://postgres@restored.example.com/postgres
              VECFERRY_TARGET=postgresql://postgres@new.example.com/postgres
              export VECFERRY_SOURCE VECFERRY_TARGET
              vecferry plan
              vecferry copy
            """,
        version: Engine.version,
        subcommands: [PlanCommand.self, CopyCommand.self, VerifyCommand.self, IndexCommand.self])

    /// Parses the command line and the environment, runs the command, and exits with its status.
    static func main() async {
        let given = Array(CommandLine.arguments.dropFirst())
        // The copy in `given` is ours alone; what `ps` shows is not.
        ProcessArguments.hideSecrets()
        // A reader of our output that went away is no reason to die in the middle of a copy.
        signal(SIGPIPE, SIG_IGN)
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

    /// Says what is wrong, in words that repeat no secret, and exits.
    private static func end(with error: any Error, of kind: any ParsableCommand.Type, _ arguments: [String]) -> Never {
        if let error = error as? FerryError {
            Console.shared.error(error)
            Machine.end(ExitStatus(error).rawValue)
        }
        let code = exitCode(for: error)
        var message = fullMessage(for: error)
        if let error = error as? ValidationError {
            // Thrown by `run`, ArgumentParser takes it for one of the root command's.
            message = "Error: \(error.message)\n  See 'vecferry \(kind._commandName) --help' for more information."
        }
        for argument in arguments {
            for secret in ProcessArguments.secretParts(argument) {
                message = message.replacing(secret, with: "\u{2026}")
            }
        }
        if !message.isEmpty {
            Machine.write(message + "\n", to: code == .success ? STDOUT_FILENO : STDERR_FILENO)
        }
        Machine.end(code.rawValue)
    }
}
