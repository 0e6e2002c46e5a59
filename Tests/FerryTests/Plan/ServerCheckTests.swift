import Postgres
import Testing

@testable import Ferry

/// The plan's notes on the connections to the servers.
@Suite struct ServerCheckTests {
    private static func notes(source: Survey.SessionFacts, target: Survey.SessionFacts) -> [Note] {
        let survey = Fixture.survey {
            $0.sourceSession = source
            $0.targetSession = target
        }
        return ServerCheck(request: CopyRequest(), survey: survey).notes(for: [])
    }

    private static func session(_ host: String, _ encryption: Encryption = .none) -> Survey.SessionFacts {
        Survey.SessionFacts(host: host, encryption: encryption, pooler: .none)
    }

    @Test func `a connection that leaves the machine without encryption gets a warning, for each side`() {
        let notes = Self.notes(source: Self.session("db.example.com"), target: Self.session("10.0.3.7"))
        #expect(notes.map(\.code) == [.noTLS, .noTLS])
        #expect(notes.map(\.side) == [.source, .target])
        #expect(notes.allSatisfy { $0.level == .warning && $0.hint?.contains("sslmode=verify-full") == true })
    }

    @Test func `a server whose certificate is not verified gets a warning, for each side`() {
        let notes = Self.notes(
            source: Self.session("db.example.com", .unverified), target: Self.session("10.0.3.7", .unverified))
        #expect(notes.map(\.code) == [.unverifiedServer, .unverifiedServer])
        #expect(notes.allSatisfy { $0.level == .warning && $0.hint?.contains("sslmode=verify-full") == true })
    }

    @Test(arguments: ["/var/run/postgresql", "", "localhost", "127.0.0.1", "127.8.0.1", "::1"])
    func `a connection that stays on the machine needs no encryption`(host: String) {
        let notes = Self.notes(source: Self.session(host), target: Self.session("db.example.com", .verified))
        #expect(notes.isEmpty, "\(notes)")
    }
}
