import ArgumentParser
import Testing

@testable import vecferry

@Suite struct EnvironmentOptionsTests {
    private func adding(_ variables: [String: String], to arguments: String...) throws -> [String] {
        try EnvironmentOptions.adding(to: arguments) { variables[$0] }
    }

    @Test func `a variable stands for its option`() throws {
        #expect(try adding(["VECFERRY_JOBS": "8"], to: "copy") == ["copy", "--jobs=8"])
        #expect(
            try adding(["VECFERRY_SOURCE_PASSWORD_COMMAND": "pw -x"], to: "plan", "--json")
                == ["plan", "--source-password-command=pw -x", "--json"])
    }

    @Test func `the command line wins`() throws {
        #expect(try adding(["VECFERRY_JOBS": "8"], to: "copy", "--jobs", "2") == ["copy", "--jobs", "2"])
        #expect(try adding(["VECFERRY_JOBS": "8"], to: "copy", "--jobs=2") == ["copy", "--jobs=2"])
    }

    @Test func `an empty variable is not set`() throws {
        #expect(try adding(["VECFERRY_JOBS": "", "VECFERRY_JSON": ""], to: "copy") == ["copy"])
    }

    @Test func `lists are split at commas outside of names`() throws {
        #expect(
            try adding(["VECFERRY_TABLE": "items, \"a,b\".c,"], to: "copy")
                == ["copy", "--table=items", "--table=\"a,b\".c"])
    }

    @Test(arguments: [("1", true), ("yes", true), ("ON", true), ("0", false), ("false", false)])
    func `flags are on or off`(value: String, isOn: Bool) throws {
        #expect(try adding(["VECFERRY_JSON": value], to: "plan") == (isOn ? ["plan", "--json"] : ["plan"]))
    }

    @Test func `a flag's value that is neither 0 nor 1 is refused`() {
        let error = #expect(throws: ValidationError.self) { try adding(["VECFERRY_JSON": "perhaps"], to: "plan") }
        #expect(error?.message == "VECFERRY_JSON is perhaps; give 1 or 0.")
    }

    @Test func `a command takes only its own options`() throws {
        #expect(try adding(["VECFERRY_RESTART": "1"], to: "verify") == ["verify"])
        #expect(try adding(["VECFERRY_RESTART": "1"], to: "copy") == ["copy", "--restart"])
        #expect(try adding(["VECFERRY_JOBS": "8"], to: "--help") == ["--help"])
        #expect(try adding(["VECFERRY_RIG": "embedded"], to: "copy") == ["copy"])
    }

    /// Breaks where a property's name is not its option's name, and where an option has no variable.
    @Test func `every option of every command has a variable`() throws {
        for command in Vecferry.configuration.subcommands {
            let names = try EnvironmentOptions.options(of: command).map(\.flag)
            let help = command.helpMessage(columns: 200)
            let shown = help.matches(of: /(?m)^  (--[a-z-]+)/).map { String($0.output.1) }
            #expect(Set(shown).subtracting(["--version"]) == Set(names), "\(command)")
        }
    }
}
