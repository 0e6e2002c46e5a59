internal import Synchronization

/// Makes the timeline of this process from its events.
final class TimelineRecorder: Sendable {
    fileprivate struct State {
        var timeline = Timeline()
        /// When the chunks that are under way began.
        var began: [Chunk.ID: Double] = [:]
        /// The place of each table's last chunk, and of its reading back.
        var lastChunk: [PairNumber: Int] = [:]
        var readBack: [PairNumber: Int] = [:]
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// What has happened so far.
    var timeline: Timeline { state.withLock(\.timeline) }

    /// Takes an event that happens now.
    func take(_ event: Event) { take(event, at: (ContinuousClock.now - start) / .seconds(1)) }

    /// Takes an event.
    ///
    /// - Parameter now: Seconds since the beginning.
    func take(_ event: Event, at now: Double) {
        state.withLock { state in
            switch event {
            case .chunkBegan(let chunk): state.began[chunk.id] = now
            case .chunkDone(let chunk, _): state.end(chunk, at: now)
            case .moved(_, _, let bytes): state.timeline.sent.add(bytes, at: now)
            case .readBack(let pair, _, let bytes): state.read(bytes, of: pair, at: now)
            case .indexBuilt(_, let name, let seconds):
                state.timeline.builds.append(
                    Timeline.Build(index: name, began: max(0, now - seconds), ended: now))
            case .retry(let error, _, _, _):
                state.timeline.retryCount += 1
                guard state.timeline.retries.count < Timeline.mostRetries else { return }
                state.timeline.retries.append(Timeline.Retry(at: now, side: error.side, message: error.message))
            default: break
            }
        }
    }
}

extension TimelineRecorder.State {
    fileprivate mutating func end(_ chunk: Chunk, at now: Double) {
        let began = began.removeValue(forKey: chunk.id) ?? now
        if timeline.chunks.count >= Timeline.mostChunks, let last = lastChunk[chunk.pair] {
            timeline.chunks[last].ended = now
            return
        }
        lastChunk[chunk.pair] = timeline.chunks.count
        timeline.chunks.append(Timeline.Span(pair: chunk.pair, began: began, ended: now))
    }

    fileprivate mutating func read(_ bytes: Int, of pair: PairNumber, at now: Double) {
        timeline.read.add(bytes, at: now)
        if let place = readBack[pair] {
            timeline.readBacks[place].ended = now
        } else {
            readBack[pair] = timeline.readBacks.count
            timeline.readBacks.append(Timeline.Span(pair: pair, began: now, ended: now))
        }
    }
}
