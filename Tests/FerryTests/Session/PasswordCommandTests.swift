import Postgres
import Testing

@testable import Ferry

@Suite struct PasswordCommandTests {
    /// On a thread that may block, as the engine does.
    private func run(_ command: String, _ side: Side) async throws(FerryError) -> String {
        try await WorkerThread.run { () throws(FerryError) in
            try PasswordCommand(command, side: side).run(Interrupt())
        }
    }

    @Test(arguments: [
        ("printf 'secret'", "secret"), ("printf 'secret\\n'", "secret"), ("printf 'secret\\r\\n'", "secret"),
        ("printf 'secret\\r\\nmore\\r\\n'", "secret"), ("printf ' se cret \\n\\n'", " se cret "),
        ("printf 's\\303\\251\\r\\n'", "s\u{e9}"),
    ])
    func `the password is the first line, without its end`(command: String, password: String) async throws {
        #expect(try await run(command, .source) == password)
    }

    @Test(arguments: ["true", "printf '\\n'", "printf '\\r\\nsecret\\r\\n'"])
    func `an empty first line is an error`(command: String) async {
        let error = await #expect(throws: FerryError.self) { try await run(command, .target) }
        #expect(error?.message == "The password command printed nothing.")
    }
}
