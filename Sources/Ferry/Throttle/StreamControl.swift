internal import Synchronization

/// Changes the number of a copy's streams while it works: to what `vecferry jobs` asks for and, of a copy that yields, to what the target
/// has time for.
final class StreamControl: Sendable {
    /// The streams' threads.
    let staff: Staff
    private let limits: YieldLimits?
    private let recorder: RunRecorder
    private let target: Endpoint
    private let workers: Workers
    private let isOver = Atomic(false)

    /// How often the ledger and the target's load are read.
    private static let interval = Duration.seconds(1)

    /// - Parameters:
    ///   - streams: The number at the start.
    ///   - limits: nil for a copy that does not yield.
    init(_ streams: Int, yieldingAt limits: YieldLimits?, recorder: RunRecorder, target: Endpoint, workers: Workers) {
        staff = Staff(streams)
        self.limits = limits
        self.recorder = recorder
        self.target = target
        self.workers = workers
    }

    /// Works until the streams have ended. Runs on a thread of its own. Where the target can't be asked, the number stays.
    ///
    /// - Parameter sign: Stops the streams: then none of them may rest, which would not notice.
    func run(until sign: StopSign) {
        var session = JobSession(target, workers: workers)
        var state = State(wanted: staff.wanted)
        while pause(until: sign) {
            let isRead = session.attempt { session throws(FerryError) in
                try takeAsked(&state, session)
                if let limits { try yield(at: limits, &state, session) }
            }
            // A target that can't be asked must not keep streams at rest that would find out why.
            if !isRead, staff.wanted == 0 { staff.wanted = 1 }
        }
        staff.wanted = max(1, staff.wanted)
    }

    /// Ends ``run(until:)``: the streams have ended.
    func stop() { isOver.store(true, ordering: .releasing) }

    private struct State {
        /// How many streams would work if the target had time.
        var wanted: Int
        var pace = YieldPace()
        var load = LoadReader()
        var isYielding = false
        var hasWarned = false
    }

    private func takeAsked(_ state: inout State, _ session: borrowing Session) throws(FerryError) {
        guard let asked = try Ledger().wantedStreams(run: recorder.number, session), asked != state.wanted else {
            return
        }
        state.wanted = asked
        if !state.isYielding { staff.wanted = asked }
        workers.events(.streams(.asked(asked)))
        try recorder.changed(streams: asked, over: session)
    }

    private func yield(
        at limits: YieldLimits, _ state: inout State, _ session: borrowing Session
    ) throws(FerryError) {
        guard let load = try load(&state, session) else { return }
        let reasons = limits.reasons(load)
        let streams = state.pace.streams(of: state.wanted, isBusy: !reasons.isEmpty, at: .now)
        if !reasons.isEmpty, !state.isYielding || streams != staff.wanted {
            state.isYielding = true
            workers.events(.streams(.yields(streams, of: state.wanted, because: reasons)))
        } else if reasons.isEmpty, state.isYielding, streams == state.wanted {
            state.isYielding = false
            workers.events(.streams(.back(streams)))
        }
        staff.wanted = streams
    }

    /// - Returns: nil where the target does not tell.
    private func load(_ state: inout State, _ session: borrowing Session) throws(FerryError) -> TargetLoad? {
        do throws(FerryError) {
            let (load, seesAll) = try state.load.read(session)
            if !seesAll { warn(.loadIsHidden, &state) }
            return load
        } catch {
            // An Aurora may lack what PostgreSQL has.
            guard error.cause?.code == .server, error.cause?.isConnectionGone != true else { throw error }
            warn(.loadIsUnknown(error), &state)
            return nil
        }
    }

    private func warn(_ note: Note, _ state: inout State) {
        if !state.hasWarned { workers.events(.warning(note)) }
        state.hasWarned = true
    }

    /// - Returns: Whether the streams still work.
    private func pause(until sign: StopSign) -> Bool {
        let end = ContinuousClock.now + Self.interval
        while !isOver.load(ordering: .acquiring), !workers.interrupt.isRequested, sign.error == nil {
            if ContinuousClock.now >= end { return true }
            Pause.milliseconds(5)
        }
        return false
    }
}

extension Note {
    /// A warning: a copy that is to yield does not see all that it is to yield to.
    static let loadIsHidden = Note(
        level: .warning, code: .loadHidden, side: .target, table: nil,
        message:
            "The role does not see the standbys' positions and what other sessions do, so the copy yields to slow commits alone.",
        hint: "GRANT pg_monitor TO the role.")

    /// A warning: a copy that is to yield can't.
    static func loadIsUnknown(_ error: FerryError) -> Note {
        Note(
            level: .warning, code: .loadHidden, side: .target, table: nil,
            message: "The copy does not yield, since the target's load can't be read: \(error.message)",
            hint: "Limit its pace with --max-rate, or its streams with vecferry jobs.")
    }
}
