import ArgumentParser
import Testing

@testable import vecferry

@Suite struct UsageAdviceTests {
    /// The first line of what a wrong command line is answered with.
    private static func answer(_ arguments: [String]) throws -> String {
        let error = #expect(throws: (any Error).self) { _ = try Vecferry.parseAsRoot(arguments) }
        let message = Vecferry.fullMessage(for: try #require(error))
        return UsageAdvice.improved(message, arguments).split(separator: "\n").first.map(String.init) ?? ""
    }

    @Test(arguments: [
        ("cpoy", "Error: Unexpected argument 'cpoy'. Did you mean 'vecferry copy'?"),
        ("veriffy", "Error: Unexpected argument 'veriffy'. Did you mean 'vecferry verify'?"),
        ("migrate", "Error: Unexpected argument 'migrate'. Did you mean 'vecferry copy'?"),
        ("rollback", "Error: Unexpected argument 'rollback'. Did you mean 'vecferry undo'?"),
        ("xyzzy", "Error: Unexpected argument 'xyzzy'"),
        ("copy --nope", "Error: Unknown option '--nope'."),
        ("copy --jbos 4", "Error: Unknown option '--jbos'. Did you mean '--jobs'?"),
        ("copy --tabel=x", "Error: Unknown option '--tabel'. Did you mean '--table'?"),
        ("copy --retry 4", "Error: Unknown option '--retry'. Did you mean '--retries'?"),
        ("copy -j 4", "Error: Unknown option '-j'. Did you mean '--jobs'?"),
        ("copy --parallel 4", "Error: Unknown option '--parallel'. Did you mean '--jobs'?"),
        (
            "copy --dry-run",
            "Error: Unknown option '--dry-run'. 'vecferry plan' shows what a copy would do, and changes nothing."
        ),
        ("plan --dry-run", "Error: Unknown option '--dry-run'. plan changes nothing in any case."),
        (
            "verify --online",
            "Error: Unknown option '--online'. It is an option of 'vecferry plan', 'vecferry copy', 'vecferry index'."
        ),
        (
            "copy --host h",
            "Error: Unknown option '--host'. The address is one text: --target 'host=\u{2026} port=\u{2026} user=\u{2026} dbname=\u{2026}'."
        ),
        (
            "copy postgresql://h/d",
            "Error: Unexpected argument 'postgresql://h/d'. Name the side: --source \u{2026} or --target \u{2026}"
        ),
    ])
    func `a slip is answered with what fits it`(line: String, answer: String) throws {
        #expect(try Self.answer(line.split(separator: " ").map(String.init)) == answer)
    }

    @Test func `two addresses without options are answered, and their passwords are not repeated`() throws {
        let ended = try Tool.run("copy", "postgresql://u:hunter2@h/d", "postgresql://u:hunter2@h/e")
        #expect(ended.status == 64)
        #expect(
            ended.errors.contains("Name the side: --source") && !ended.errors.contains("hunter2"), "\(ended.errors)")
    }

    @Test func `every word of other tools leads to something that is there`() throws {
        for word in ["migrate", "compare", "reindex", "rollback", "optimize", "list", "check"] {
            #expect(UsageAdvice.commands.contains(try #require(UsageAdvice.command(word))))
        }
    }

    @Test(arguments: [
        ("abc", "abc", 0), ("abc", "acb", 1), ("copy", "cpoy", 1), ("", "ab", 2), ("kitten", "sitting", 3),
    ])
    func `a distance counts letters that are missing, too many, wrong or swapped`(
        first: String, second: String, count: Int
    ) {
        #expect(UsageAdvice.distance(Array(first), Array(second)) == count)
    }
}
