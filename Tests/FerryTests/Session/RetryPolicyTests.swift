import Postgres
import Synchronization
import Testing

@testable import Ferry

@Suite struct RetryPolicyTests {
    private static let quick = RetryPolicy(attempts: 5, firstDelay: .milliseconds(1), longestDelay: .milliseconds(4))
    private static let reset = FerryError(PostgresError(.connectionLost, "Reset."), .target)

    @Test func `a fault that may heal is tried again a bounded number of times`() {
        var tries = 0
        let error = #expect(throws: FerryError.self) {
            try Self.quick.run(interrupt: Interrupt(), events: { _ in }) { () throws(FerryError) in
                tries += 1
                throw Self.reset
            }
        }
        #expect(tries == 5)
        #expect(error?.tries == 5)
        #expect(error.map { "\($0)" }?.contains("Given up after 5 tries.") == true)
    }

    @Test func `tries do not multiply where one loop runs in another`() {
        var tries = 0
        _ = try? Self.quick.run(interrupt: Interrupt(), events: { _ in }) { () throws(FerryError) in
            try Self.quick.run(interrupt: Interrupt(), events: { _ in }) { () throws(FerryError) in
                tries += 1
                throw Self.reset
            }
        }
        #expect(tries == 5)
    }

    @Test(arguments: ["28P01", "42501", "53100", "23505", "22021", "XX001", "57014"])
    func `a fault that does not heal is not tried again`(state: String) {
        var tries = 0
        _ = try? Self.quick.run(interrupt: Interrupt(), events: { _ in }) { () throws(FerryError) in
            tries += 1
            throw FerryError(PostgresError(.server, "No.", sqlState: state), .target)
        }
        #expect(tries == 1)
    }

    @Test(arguments: ["08006", "40001", "40P01", "25006", "53300", "57P01", "57P02", "57P03"])
    func `a fault of the moment is tried again`(state: String) {
        #expect(FerryError(PostgresError(.server, "Later.", sqlState: state), .target).isRetryable)
    }

    @Test func `the wait doubles up to a limit, half of it by chance`() {
        let policy = RetryPolicy(attempts: 9, firstDelay: .milliseconds(100), longestDelay: .seconds(2))
        for (attempt, most) in zip(1..., [100, 200, 400, 800, 1600, 2000, 2000]) {
            let delays = (0..<200).map { _ in policy.delay(after: attempt) }
            #expect(delays.allSatisfy { $0 >= .milliseconds(most / 2) && $0 <= .milliseconds(most) })
            #expect(Set(delays).count > 100)
        }
    }

    @Test func `an interrupt ends the wait`() {
        let interrupt = Interrupt()
        let start = ContinuousClock.now
        let slow = RetryPolicy(attempts: 3, firstDelay: .seconds(30), longestDelay: .seconds(30))
        let error = #expect(throws: FerryError.self) {
            try slow.run(interrupt: interrupt, events: { _ in interrupt.request() }) { () throws(FerryError) in
                throw Self.reset
            }
        }
        #expect(error?.code == .interrupted)
        #expect(ContinuousClock.now - start < .seconds(2))
    }
}
