import ArgumentParser
import Ferry

/// `vecferry undo`: gives a copy up.
struct UndoCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take back what tune changed, or give up a copy: take its rows back, and put back what it took off.",
        discussion: """
            Removes the rows and tables that the copy put on the target, and nothing else, and puts back the indexes, \
            constraints, triggers and rules that it dropped or disabled. Rows that the copy deleted, because --existing \
            said so, do not come back. What vecferry tune --apply changed is taken back first, and alone unless --finished is \
            given. Needs the target alone.

            Exits with 0 if everything is as it was, and with 1 if something could not be put back: the output has the \
            statements, and the same command tries again.

            Example:
              vecferry undo --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connection") var target: TargetOptions
    @OptionGroup var patience: PatienceOptions

    @Flag(help: "Take back the rows of the last copy even if it is finished and proven.")
    var finished = false

    @OptionGroup(title: "Output") var output: OutputOptions

    /// Gives the job up and shows what could not be put back.
    func run() async throws {
        let run = try CommandRun(output, of: Self.self)
        let engine = try target.engine(patience, run)
        var request = UndoRequest()
        request.finished = finished
        try await run.perform(resumes: true) { [request] () async throws(FerryError) in
            .undo(try await engine.undo(request))
        }
    }
}
