import ArgumentParser
import Testing

@testable import vecferry

@Suite struct BotsFileTests {
    private func parse(_ text: String) throws -> [String] { try BotsFile.parse(Array(text.utf8), name: "bots.txt") }

    @Test func `each line is a bot`() throws {
        #expect(try parse("01A\n01B\r\n  01C \t\n") == ["01A", "01B", "01C"])
    }

    @Test func `comments and blank lines do not count`() throws {
        #expect(try parse("# bots\n\n01A # mine\n\t# more\n01#B\n") == ["01A", "01#B"])
    }

    @Test func `a byte order mark is not part of the first bot`() throws {
        #expect(try parse("\u{feff}01A\n") == ["01A"])
    }

    @Test(arguments: ["", "\n\n", "# nothing\n"])
    func `a file without a bot is refused`(text: String) {
        let error = #expect(throws: ValidationError.self) { try parse(text) }
        #expect(error?.message == "--bots: bots.txt lists no bots; to select all bots, leave out --bots.")
    }

    @Test(arguments: [[0x30, 0x00, 0x31], [0xff, 0xfe, 0x30], [0x30, 0x0a, 0xc3]] as [[UInt8]])
    func `a binary file is refused`(bytes: [UInt8]) {
        let error = #expect(throws: ValidationError.self) { try BotsFile.parse(bytes, name: "b.bin") }
        #expect(error?.message == "--bots: b.bin is not UTF-8 text; give one bot id per line.")
    }

    @Test func `a file that can't be read is refused with the system's reason`() {
        let missing = #expect(throws: ValidationError.self) { try BotsFile.read("/nonexistent/bots") }
        #expect(missing?.message == "--bots: /nonexistent/bots can't be read: No such file or directory.")
        let folder = #expect(throws: ValidationError.self) { try BotsFile.read("/") }
        #expect(folder?.message == "--bots: / can't be read: Is a directory.")
    }
}
