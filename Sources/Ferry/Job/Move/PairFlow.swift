internal import Synchronization

/// Moves each pair through its stages on its own: its chunks are copied, then it is settled, analyzed, indexed and read
/// back, while other pairs are still at an earlier stage.
///
/// It is the work source of a job's streams, and feeds the queue of its index builds. It does no I/O: streams report
/// their results, and it hands out the next steps.
///
/// Invariants:
/// - A pair is settled only when the ledger, on the target's disk, has no open chunk of it: chunks commit without
///   waiting for the disk, so a crash of the target may undo chunks that this process has seen committed.
/// - No index of a pair is built before the pair is settled, and none while the pair is analyzed: both take the same
///   lock.
/// - A pair that the job creates is read back after its builds: a constraint needs the table exclusively.
/// - A pair that fails gets no more work, and stops no other.
final class PairFlow: WorkSource {
    /// One step of a stream.
    enum Step: CopyStep {
        /// Copies chunks, in one transaction.
        case copy(ChunkBatch)
        /// Claims chunks that the ledger offers to several processes, and copies them.
        case claim
        /// Makes sure that these pairs, whose chunks are all committed, are on the target's disk.
        case settle([PairNumber])
        /// Analyzes these pairs, and determines the ranges to read back of them.
        case analyze([PairNumber])
        /// Reads ranges of rows back.
        case readBack([RangeRead])

        var batch: ChunkBatch? { if case .copy(let batch) = self { batch } else { nil } }
    }

    fileprivate struct State {
        /// Batches that streams can take, the next one last; of a shared job, those that are to be tried again.
        var copies: [ChunkBatch]
        /// Whether the ledger may have chunks that nobody has claimed.
        var mayClaim: Bool
        var loaded: [PairNumber]
        var settled: [[PairNumber]] = []
        var readBacks: [[RangeRead]] = []
        /// The number of steps that streams have taken and not returned.
        var inFlight = 0
        var isSettling = false
        var readers = 0

        /// Pairs that are not settled yet, each with its chunks that are not committed.
        var openChunks: [PairNumber: Set<ChunkNumber>]
        /// Pairs that can't be finished.
        var givenUp: Set<PairNumber> = []
        /// Pairs whose builds have not been handed on yet.
        var unfed: Set<PairNumber>
        /// Pairs with indexes that are not built yet.
        var unbuilt: [PairNumber: Set<QualifiedName>]
        /// Pairs that are not read back yet.
        var unread: Set<PairNumber>
        /// The number of ranges of a pair that are not read yet, once that is known.
        var unreadRanges: [PairNumber: Int] = [:]
        /// Ranges of pairs that are read back when their builds have ended.
        var heldBack: [PairNumber: [RangeRead]] = [:]

        var record: JobRecord
        var builds: BuildQueue?
        var stages = StageBrackets()
        var copyEnd: ContinuousClock.Instant?
    }

    /// The most tables for one ANALYZE, so that small ones do not cost a round trip each.
    private static let mostAnalyzed = 50

    private let plan: Plan
    private let workers: Workers
    private let isShared: Bool
    private let tasks: [PairNumber: [IndexTask]]
    private let state: Mutex<State>
    /// Stops the streams and the builds together.
    let sign = StopSign()

    /// - Parameters:
    ///   - open: The chunks that are not finished; a pair without any begins with settling.
    ///   - tasks: The builds that are not done.
    ///   - isShared: Whether the ledger offers the chunks to several processes.
    init(_ plan: Plan, open: [Chunk], tasks: [IndexTask], isShared: Bool = false, workers: Workers) {
        self.plan = plan
        self.workers = workers
        self.tasks = Dictionary(grouping: tasks, by: \.pair)
        let pairs = plan.pairs.map(\.number)
        var openChunks = Dictionary(uniqueKeysWithValues: pairs.map { ($0, Set<ChunkNumber>()) })
        for chunk in open { openChunks[chunk.pair, default: []].insert(chunk.number) }
        self.isShared = isShared
        state = Mutex(
            State(
                copies: isShared ? [] : ChunkBatch.inOrder(open, of: plan).reversed(), mayClaim: isShared,
                loaded: pairs.filter { openChunks[$0] == [] }, openChunks: openChunks, unfed: Set(pairs),
                unbuilt: self.tasks.mapValues { Set($0.map(\.plan.name)) },
                // Each chunk that is merged by key is proven in its own transaction.
                unread: Set(plan.pairs.filter { !$0.load.isKeyed }.map(\.number)),
                record: JobRecord(pairs: pairs.count)))
    }

    /// Lets streams and builds begin.
    func begin(feeding builds: BuildQueue) {
        change { state in
            state.builds = builds
            state.stages.begin(.copy)
            if state.unfed.isEmpty { builds.close() }
        }
    }

    /// Returns the record of the job and the duration of the copying, once streams and builds have ended.
    ///
    /// - Throws: The error that stopped them.
    func ended(since start: ContinuousClock.Instant) throws(FerryError) -> (record: JobRecord, copySeconds: Double) {
        change { $0.stages.endAll() }
        if let error = sign.error { throw error }
        if workers.interrupt.isRequested { throw .interrupted }
        return state.withLock { ($0.record, (($0.copyEnd ?? .now) - start) / .seconds(1)) }
    }

    /// Changes the state, then sends events for the stages that this begins or ends.
    private func change(_ body: (inout State) -> Void) {
        let events = state.withLock { state in
            body(&state)
            if state.openChunks.isEmpty, state.stages.end(.copy) { state.copyEnd = .now }
            if state.unbuilt.isEmpty { _ = state.stages.end(.index) }
            if state.unread.isEmpty { _ = state.stages.end(.verify) }
            return state.stages.takeEvents()
        }
        for event in events { workers.events(event) }
    }

    // MARK: Reports of the streams

    /// Counts bytes of COPY data that were committed.
    func streamed(_ bytes: Int) { state.withLock { $0.record.streamedBytes += bytes } }

    /// Records the rows of chunks that this process has received from the source. A chunk that a crash undid is received again.
    func received(_ digests: [Chunk.ID: Digest]) {
        state.withLock { $0.record.received.merge(digests) { _, again in again } }
    }

    /// Records the state of these pairs in the ledger.
    ///
    /// - Parameter open: Their chunks that are open after all, since a crash of the target undid them.
    /// - Returns: Whether the rows of every pair are copied.
    @discardableResult
    func settled(_ pairs: [PairNumber], open: [Chunk]) -> Bool {
        var isCopied = false
        change { state in
            let lost = Dictionary(grouping: open, by: \.pair)
            for (pair, chunks) in lost { state.openChunks[pair] = Set(chunks.map(\.number)) }
            if isShared { state.mayClaim = true } else { state.copies += ChunkBatch.batches(open, of: plan).reversed() }
            let whole = pairs.filter { lost[$0] == nil }
            for pair in whole { state.openChunks[pair] = nil }
            for start in stride(from: 0, to: whole.count, by: Self.mostAnalyzed) {
                state.settled.append(Array(whole[start..<min(start + Self.mostAnalyzed, whole.count)]))
            }
            isCopied = state.openChunks.isEmpty
        }
        return isCopied
    }

    /// Records that these pairs are analyzed, so that their indexes can be built and their rows read back.
    ///
    /// - Parameters:
    ///   - ranges: The ranges of each pair that is read back.
    ///   - moment: The moment before which all chunks of these pairs were there.
    func analyzed(_ pairs: [PairNumber], ranges: [PairNumber: [RangeRead]], since moment: ReadMoment) {
        change { state in
            var ready: [RangeRead] = []
            for pair in pairs {
                state.record[pair].isLoaded = true
                feed(pair, &state)
                guard state.unread.contains(pair) else { continue }
                let ranges = ranges[pair] ?? []
                state.unreadRanges[pair] = ranges.count
                // A partitioned table may have no relation that holds rows.
                state.record[pair].readBack = .zero
                state.record[pair].readSince = moment
                if ranges.isEmpty { state.unread.remove(pair) }
                if plan[pair].isCreated, state.unbuilt[pair] != nil {
                    state.heldBack[pair] = ranges
                } else {
                    ready += ranges
                }
            }
            // Pairs that were loaded earlier come first.
            state.readBacks.insert(contentsOf: RangeRead.batches(ready).reversed(), at: 0)
        }
    }

    /// Adds the digests of ranges that were read back.
    func read(_ ranges: [RangeRead], _ digests: [Digest]) {
        change { state in
            for (range, digest) in zip(ranges, digests) where state.unread.contains(range.table) {
                state.record[range.table].readBack? += digest
                state.record[range.table].isAtWork()
                state.unreadRanges[range.table, default: 1] -= 1
                if state.unreadRanges[range.table] == 0 { state.unread.remove(range.table) }
            }
        }
    }

    /// Records the outcome of an index.
    func built(_ outcome: IndexOutcome) {
        change { state in
            let pair = outcome.pair
            if let error = outcome.error {
                state.record.fail(pair, error)
            } else {
                state.record[pair].built[outcome.plan.name] = outcome.seconds
                state.record[pair].isAtWork()
            }
            state.unbuilt[pair]?.remove(outcome.plan.name)
            guard state.unbuilt[pair]?.isEmpty == true else { return }
            state.unbuilt[pair] = nil
            let ranges = state.heldBack.removeValue(forKey: pair) ?? []
            state.readBacks.insert(contentsOf: RangeRead.batches(ranges).reversed(), at: 0)
        }
    }

    private func feed(_ pair: PairNumber, _ state: inout State) {
        state.unfed.remove(pair)
        if let tasks = tasks[pair] {
            state.stages.begin(.index)
            state.builds?.add(tasks)
        }
        if state.unfed.isEmpty { state.builds?.close() }
    }

    // MARK: WorkSource

    func next() throws(FerryError) -> Step? {
        while sign.error == nil {
            if workers.interrupt.isRequested { throw .interrupted }
            var step: Step?
            var hasEnded = false
            change { state in
                step = take(&state)
                if step != nil { state.inFlight += 1 }
                hasEnded =
                    state.inFlight == 0 && state.openChunks.isEmpty && state.unread.isEmpty && state.unfed.isEmpty
            }
            if step != nil || hasEnded { return step }
            Pause.milliseconds(5)
        }
        return nil
    }

    /// Takes the next step: steps that let other work begin come first.
    private func take(_ state: inout State) -> Step? {
        if !state.isSettling, !state.loaded.isEmpty {
            state.isSettling = true
            defer { state.loaded = [] }
            return .settle(state.loaded)
        }
        if let pairs = state.settled.popLast() { return .analyze(pairs) }
        // While there are rows to be copied, one stream reads back and the others copy.
        if !state.hasCopies || (workers.streams > 1 && state.readers == 0), let ranges = state.readBacks.popLast() {
            state.readers += 1
            state.stages.begin(.verify)
            return .readBack(ranges)
        }
        guard let batch = state.copies.popLast() else { return state.hasCopies ? .claim : nil }
        for chunk in batch.chunks { state.record[chunk.pair].isAtWork() }
        return .copy(batch)
    }

    // MARK: Shared jobs

    /// Records that the ledger has no chunk that this process could claim now.
    func foundNothing() { state.withLock { $0.mayClaim = false } }

    /// Records what the ledger shows of the claims of all processes.
    ///
    /// - Parameters:
    ///   - chunks: Chunks that were committed.
    ///   - bytes: The bytes of COPY data that others have committed.
    ///   - hasFree: Whether there are chunks that nobody has claimed.
    func saw(_ chunks: [Chunk], bytes: Int, hasFree: Bool) {
        let loaded = state.withLock { state in chunks.compactMap { Self.loaded(by: $0, &state) } }
        for pair in loaded { workers.events(.pairLoaded(pair: pair)) }
        change { state in
            state.loaded += loaded
            state.record.streamedBytes += bytes
            state.mayClaim = hasFree
        }
    }

    /// Whether all chunks are on the target's disk, but for those of pairs that can't be finished.
    var isCopied: Bool { state.withLock { $0.openChunks.isEmpty } }

    /// The pairs that can't be finished.
    var givenUp: Set<PairNumber> { state.withLock { $0.givenUp } }

    func nextAtHand() -> Step? {
        state.withLock { state in
            // Steps that let other work begin must not wait for a chunk.
            guard sign.error == nil, state.loaded.isEmpty || state.isSettling, state.settled.isEmpty, state.hasCopies
            else { return nil }
            state.inFlight += 1
            return state.copies.popLast().map { .copy($0) } ?? .claim
        }
    }

    func done(_ step: Step) {
        var loaded: [PairNumber] = []
        if case .copy(let batch) = step {
            loaded = state.withLock { state in batch.chunks.compactMap { Self.loaded(by: $0, &state) } }
        }
        // The events come before another stream takes these pairs.
        for pair in loaded { workers.events(.pairLoaded(pair: pair)) }
        change { state in
            Self.putDown(step, &state)
            state.loaded += loaded
        }
    }

    func giveBack(_ step: Step) { replace(step, with: [step]) }

    func split(_ step: Step) { replace(step, with: step.parts) }

    func fail(_ step: Step, _ error: FerryError) {
        let parts = step.parts
        guard parts.count == 1 else { return replace(step, with: parts) }
        change { state in
            Self.putDown(step, &state)
            switch step {
            case .copy(let batch): give(up: batch.chunks[0].pair, error, &state)
            case .analyze(let pairs): give(up: pairs[0], error, &state)
            case .readBack(let ranges):
                state.record.fail(ranges[0].table, error)
                state.unread.remove(ranges[0].table)
                // Some ranges of a failed table may have been read.
                state.record[ranges[0].table].readBack = nil
                state.readBacks.removeAll { $0.allSatisfy { $0.table == ranges[0].table } }
            case .settle(let pairs):
                state.loaded += pairs
                sign.raise(error)
            case .claim: sign.raise(error)
            }
        }
    }

    func stop(_ error: FerryError) { sign.raise(error) }

    /// Gives up a pair whose rows are not all copied, or not known to be: it gets no more work.
    func give(up pair: PairNumber, _ error: FerryError) { change { state in give(up: pair, error, &state) } }

    private func give(up pair: PairNumber, _ error: FerryError, _ state: inout State) {
        state.record.fail(pair, error)
        state.record[pair].isLoaded = false
        state.givenUp.insert(pair)
        state.openChunks[pair] = nil
        state.copies = state.copies.compactMap { $0.without(pair) }
        state.unread.remove(pair)
        state.unbuilt[pair] = nil
        state.unfed.remove(pair)
        if state.unfed.isEmpty { state.builds?.close() }
    }

    /// Counts a committed chunk.
    ///
    /// - Returns: The chunk's pair, if this was its last chunk.
    private static func loaded(by chunk: Chunk, _ state: inout State) -> PairNumber? {
        state.record[chunk.pair].isAtWork()
        guard state.openChunks[chunk.pair]?.remove(chunk.number) != nil else { return nil }
        return state.openChunks[chunk.pair] == [] ? chunk.pair : nil
    }

    /// Records that a stream has returned a step.
    private static func putDown(_ step: Step, _ state: inout State) {
        state.inFlight -= 1
        switch step {
        case .settle: state.isSettling = false
        case .readBack: state.readers -= 1
        case .copy, .claim, .analyze: break
        }
    }

    private func replace(_ step: Step, with parts: [Step]) {
        change { state in
            Self.putDown(step, &state)
            for part in parts.reversed() {
                switch part {
                case .copy(let batch): state.copies.append(batch)
                case .claim: state.mayClaim = true
                case .settle(let pairs): state.loaded += pairs
                case .analyze(let pairs): state.settled.append(pairs)
                case .readBack(let ranges): state.readBacks.append(ranges)
                }
            }
        }
    }
}

extension PairFlow.State {
    /// Whether a stream may find chunks to copy.
    fileprivate var hasCopies: Bool { !copies.isEmpty || mayClaim && !openChunks.isEmpty }
}

extension PairFlow.Step {
    /// The step split into steps that each concern one pair, as far as possible.
    fileprivate var parts: [PairFlow.Step] {
        switch self {
        case .copy(let batch): batch.singles.map { .copy($0) }
        case .claim, .settle: [self]
        case .analyze(let pairs): pairs.map { .analyze([$0]) }
        case .readBack(let ranges): ranges.map { .readBack([$0]) }
        }
    }
}
