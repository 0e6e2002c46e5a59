import Testing

@testable import Ferry

@Suite struct YieldTests {
    private let start = ContinuousClock.now

    @Test func `streams are halved while the target is busy, and come back one by one`() {
        var pace = YieldPace()
        let busy = [false, true, true, true, true, false, false, false, false, false, false, false, false, false]
        let streams = busy.enumerated().map { second, isBusy in
            pace.streams(of: 8, isBusy: isBusy, at: start + .seconds(second))
        }
        #expect(streams == [8, 4, 2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8])
    }

    @Test func `no pause is longer than a minute`() {
        var pace = YieldPace()
        let streams = (0..<125).map { pace.streams(of: 2, isBusy: true, at: start + .seconds($0)) }
        #expect(streams.prefix(2) == [1, 0])
        // One stream for a second, which is a chunk, then the next pause.
        #expect(streams.indices.filter { streams[$0] == 1 } == [0, 61, 122])
    }

    @Test func `fewer streams that somebody asks for are kept to`() {
        var pace = YieldPace()
        #expect(pace.streams(of: 8, isBusy: true, at: start) == 4)
        #expect(pace.streams(of: 2, isBusy: false, at: start) == 2)
        #expect(pace.streams(of: 8, isBusy: false, at: start) == 8)
    }

    @Test func `a standby is as far behind as its position is old`() {
        var lag = ReplayLag()
        func look(_ second: Int, _ position: Int, _ replayed: Int) -> Duration {
            lag.look(at: start + .seconds(second), position: position, replayed: replayed)
        }
        #expect(look(0, 100, 100) == .zero)
        #expect(look(1, 200, 100) == .zero)
        // What was there at second 1 is not replayed.
        #expect(look(5, 300, 100) == .seconds(4))
        #expect(look(6, 300, 200) == .seconds(1))
        #expect(look(7, 300, 300) == .zero)
        #expect(look(20, 300, 300) == .zero)
    }

    @Test func `reasons name what is over its limit`() {
        let limits = YieldLimits(sessions: 4)
        let calm = TargetLoad(lag: nil, standby: nil, commit: .milliseconds(2), sessions: 4)
        #expect(limits.reasons(calm).isEmpty)
        let busy = TargetLoad(lag: .seconds(14), standby: "replica", commit: .milliseconds(250), sessions: 5)
        #expect(
            limits.reasons(busy)
                == ["standby replica is 14 s behind", "a commit takes 250 ms", "others run 5 statements"])
        #expect(YieldLimits().reasons(TargetLoad(lag: .seconds(10), commit: .milliseconds(100), sessions: 900)).isEmpty)
    }
}
