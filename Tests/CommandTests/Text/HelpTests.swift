import Testing

@testable import vecferry

@Suite struct HelpTests {
    @Test func `every command's help equals its golden file`() throws {
        try Golden.expect(Vecferry.helpMessage(columns: 80), "help")
        for command in Vecferry.configuration.subcommands {
            try Golden.expect(Vecferry.helpMessage(for: command, columns: 80), "help-\(command._commandName)")
        }
    }

    @Test func `every command shows an example`() {
        for command in Vecferry.configuration.subcommands {
            #expect(command.configuration.discussion.contains("Example:\n  vecferry \(command._commandName)"))
        }
    }
}
