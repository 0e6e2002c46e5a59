internal import Postgres

/// A shell command that prints a password or a token.
struct PasswordCommand {
    /// As `/bin/sh -c` takes it.
    let command: String
    /// Whose password it prints.
    let side: Side

    /// Runs nothing yet.
    init(_ command: String, side: Side) {
        self.command = command
        self.side = side
    }

    /// A command that asks a service for a token needs some seconds; one that asks a person would wait for ever.
    private static let patience: Duration = .seconds(60)

    /// The first line of what the command prints. Its output is never part of an error.
    func run(_ interrupt: Interrupt) throws(FerryError) -> String {
        let outcome = ProgramRunner.run(
            "/bin/sh", ["-c", command], environment: [:], outputLimit: 64 << 10, patience: Self.patience,
            interrupt: interrupt)
        if interrupt.isRequested { throw .interrupted }
        switch outcome {
        case .success(let output) where output.status == 0:
            let line = output.standardOutput.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
            guard !line.isEmpty else {
                throw FerryError(.program, "The password command printed nothing.", side: side)
            }
            return String(line)
        case .success(let output):
            throw FerryError(
                .program, "The password command failed with status \(output.status).",
                hint: "Run the command of --\(side)-password-command by hand to see why.", side: side)
        case .failure(let error):
            throw FerryError(.program, "The password command could not be run: \(error.message).", side: side)
        }
    }
}
