internal import Postgres

/// A shell command that prints a password or a token.
struct PasswordCommand {
    /// The command line, as `/bin/sh -c` takes it.
    let command: String
    /// The side whose password it prints.
    let side: Side

    /// Takes the command without running it.
    init(_ command: String, side: Side) {
        self.command = command
        self.side = side
    }

    /// A command that asks a service for a token needs some seconds; one that prompts a person would wait forever.
    private static let patience: Duration = .seconds(60)

    /// Runs the command and returns the first line that it prints. Its output is never part of an error.
    func run(_ interrupt: Interrupt) throws(FerryError) -> String {
        let outcome = ProgramRunner.run(
            "/bin/sh", ["-c", command], environment: [:], outputLimit: 64 << 10, patience: Self.patience,
            interrupt: interrupt)
        if interrupt.isRequested { throw .interrupted }
        switch outcome {
        case .success(let output) where output.status == 0:
            // By scalars: "\r\n", which programs made for Windows print, is one character.
            var line = output.standardOutput.unicodeScalars.prefix { $0 != "\n" }
            if line.last == "\r" { line.removeLast() }
            guard !line.isEmpty else {
                throw FerryError(
                    .program, "The password command printed nothing.",
                    hint: "Run the command of --\(side)-password-command by hand: its first line must be the password.",
                    side: side)
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
