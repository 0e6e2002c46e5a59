import Postgres
import Testing

@testable import Ferry

@Suite struct RateLimitTests {
    private let start = ContinuousClock.now

    private func ends(_ amounts: [(bytes: Int, at: Double)]) -> [Double] {
        var schedule = RateSchedule(bytesPerSecond: 1000, from: start)
        return amounts.map { (schedule.end(of: $0.bytes, at: start + .seconds($0.at)) - start) / .seconds(1) }
    }

    @Test func `bytes pass at an even pace, however they come`() {
        #expect(ends([(100, 0), (100, 0), (500, 0), (300, 0)]) == [0.1, 0.2, 0.7, 1])
        #expect(ends([(1000, 0), (1000, 0.9), (1000, 1.9)]) == [1, 2, 3])
    }

    @Test func `time in which nothing was read is not made up for, beyond a moment`() {
        let ends = ends([(100, 0), (100, 10), (1000, 10)])
        #expect(abs(ends[1] - (10 - 0.25 + 0.1)) < 1e-9 && abs(ends[2] - (10 - 0.25 + 1.1)) < 1e-9)
    }

    @Test func `a wait ends with an interrupt`() {
        let interrupt = Interrupt()
        let limit = RateLimit(bytesPerSecond: 0.001, interrupt: interrupt)
        interrupt.request()
        #expect(throws: FerryError.interrupted) { try limit.take(1_000_000) }
    }
}
