import ArgumentParser
import Ferry

/// `vecferry report`: all that is known of a copy, to keep.
struct ReportCommand: AsyncParsableCommand {
    /// The name, and the text of `--help`.
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report of a copy to keep: a page with pictures, Markdown, or JSON.",
        discussion: """
            Reads the ledger in the target, from any machine, also while a copy runs. Needs the target alone and \
            changes nothing. The page is one file that needs no network. copy --report FILE writes the same when a copy \
            ends.

            Exits with 8 if there is no copy.

            Example:
              vecferry report --output report.html \\
                --target postgresql://postgres@new.example.com/postgres
            """)

    @OptionGroup(title: "Connection") var target: TargetOptions
    @OptionGroup var patience: PatienceOptions

    @Option(
        help: ArgumentHelp(
            "Write the report to this file, in the form that its name ends in: .html, .md or .json. (default: standard output)",
            valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Form of the report: html, markdown or json.", valueName: "form"))
    var format: ReportForm?

    @Option(
        help: ArgumentHelp("Number of the copy, as status lists them. (default: the last one)", valueName: "number"))
    var job: Int?

    @OptionGroup(title: "Output") var form: OutputOptions

    /// The form that the options ask for.
    private var chosen: ReportForm { format ?? output.map(ReportForm.init) ?? (form.json ? .json : .html) }

    /// Refuses options that contradict each other, and a page on a terminal.
    func validate() throws {
        if let format, form.json, output == nil, format != .json {
            throw ValidationError("Give either --json or --format \(format.rawValue).")
        }
        if let job { try Limits.check(job, in: 1...Int.max, "--job") }
        guard output == nil, chosen == .html, form.events != "-", Machine.isTerminal(.output) else { return }
        throw ValidationError("A page is for a browser, not for a terminal. Give --output FILE, or --format markdown.")
    }

    /// Reads the ledger and writes the report.
    func run() async throws {
        let run = try CommandRun(form, of: Self.self)
        let engine = try target.engine(patience, run)
        let (number, chosen, output) = (job.map { JobNumber($0) }, chosen, output)
        try await run.perform { () async throws(FerryError) in
            guard let history = try await engine.history(of: number) else { return .noReport(number) }
            guard let output else { return .report(history, .shown(chosen)) }
            do {
                if let failure = Machine.replace(output, with: try chosen.text(of: history)) {
                    throw FerryError(.file, "The report could not be written to \(output): \(failure).")
                }
            } catch let error as FerryError {
                throw error
            } catch {
                throw FerryError(.file, "The report could not be made: \(error).")
            }
            return .report(history, .written(output))
        }
    }
}
