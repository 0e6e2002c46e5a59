import Ferry

/// Makes the records of a command's events. What happens many times a second is added up, and reported at most once a second for each table.
struct EventLog {
    /// Seconds between two records of one table's progress.
    private static let interval = 1.0

    /// Rows and bytes that are not reported yet.
    private struct Amount {
        var rows = 0
        var bytes = 0
        var lastReported = -Double.infinity
    }

    /// What an amount is of.
    private struct Key: Hashable {
        var name: EventRecord.Name
        var table: String
        var side: Side?
    }

    private var tables: [String] = []
    private var amounts: [Key: Amount] = [:]
    /// The notes that are reported: a plan, an event and a result may hold the same.
    private var reported: Set<String> = []

    /// Returns the records of an event, the oldest first.
    ///
    /// - Parameters:
    ///   - now: Seconds on a clock that does not go back.
    ///   - time: The time as text.
    mutating func records(of event: Event, at now: Double, time: String) -> [EventRecord] {
        if let (key, rows, bytes) = amount(event) { return add(rows, bytes, to: key, at: now, time: time) }
        var attributes = EventAttributes()
        func record(
            _ name: EventRecord.Name, _ severity: EventRecord.Severity = .info, _ body: String? = nil
        ) -> [EventRecord] {
            [EventRecord(timestamp: time, name: name, severity: severity, body: body, attributes: attributes.values)]
        }
        switch event {
        case .began(let stage):
            attributes.set("vecferry.stage", stage.rawValue)
            return record(.stageBegan)
        case .ended(let stage):
            attributes.set("vecferry.stage", stage.rawValue)
            // What is not reported yet belongs to the stage that ends.
            return flush(time: time) + record(.stageEnded)
        case .planned(let plan):
            tables = plan.pairs.map(\.name.description)
            return records(of: plan, time: time)
        case .resumed(let job, let done, let all, let indexes):
            attributes.set("vecferry.job", job.value)
            attributes.set("vecferry.chunks.done", done)
            attributes.set("vecferry.chunks.total", all)
            attributes.set("vecferry.indexes.done", indexes)
            return record(.resumed)
        case .left(let left):
            attributes.set("vecferry.chunks.done", left.doneChunks)
            attributes.set("vecferry.chunks.total", left.allChunks)
            attributes.set("vecferry.still_off", left.stillOff.map { "\($0.table): \($0.kind) \($0.name)" })
            return record(.left, .warn)
        case .chunkBegan(let chunk):
            attributes.set("db.collection.name", table(chunk.pair))
            attributes.set("vecferry.chunk", chunk.number.value)
            return record(.chunkBegan, .debug)
        case .chunkDone(let chunk, let digest):
            attributes.set("db.collection.name", table(chunk.pair))
            attributes.set("vecferry.chunk", chunk.number.value)
            attributes.set("vecferry.rows", digest.rows)
            attributes.set("vecferry.digest", digest.hex)
            return record(.chunkDone, .debug)
        case .pairLoaded(let pair):
            attributes.set("db.collection.name", table(pair))
            return record(.tableLoaded)
        case .indexesToBuild(let count):
            attributes.set("vecferry.indexes.total", count)
            return record(.indexesToBuild)
        case .indexProgress(let progress):
            attributes.set("vecferry.index.name", progress.index.description)
            attributes.set("db.collection.name", progress.relation.description)
            attributes.set("vecferry.index.phase", progress.phase)
            attributes.set("vecferry.index.progress", progress.fraction)
            attributes.set("vecferry.duration", progress.seconds)
            attributes.set("vecferry.duration.left", progress.secondsLeft)
            return record(.indexProgress, .debug)
        case .buildEnded(let index):
            attributes.set("vecferry.index.name", index.description)
            return record(.buildEnded, .debug)
        case .indexBuilt(let plan, let name, let seconds):
            attributes.set("vecferry.index.name", name.description)
            attributes.set("vecferry.index.method", plan.method)
            attributes.set("db.collection.name", plan.relation.description)
            attributes.set("vecferry.duration", seconds)
            return record(.indexBuilt)
        case .retry(let error, let attempt, let attempts, let delay):
            attributes.add(error)
            attributes.set("vecferry.retry.attempt", attempt)
            attributes.set("vecferry.retry.attempts", attempts)
            attributes.set("vecferry.retry.delay", delay / .seconds(1))
            return record(.retry, .warn, error.descriptionOfRetry)
        case .warning(let note): return records(of: [note], time: time)
        case .worker(let worker):
            attributes.set("vecferry.worker", worker.number)
            attributes.set("vecferry.worker.state", worker.state.rawValue)
            attributes.set("vecferry.worker.host", worker.host)
            attributes.set("vecferry.worker.process", worker.process)
            attributes.set("vecferry.chunks.done", worker.chunks)
            return record(.worker, worker.state == .silent ? .warn : .info)
        case .streams(let change):
            attributes.set("vecferry.streams", change.streams)
            if case .yields(_, of: _, because: let reasons) = change {
                attributes.set("vecferry.streams.reasons", reasons)
            }
            return record(.streams)
        case .found, .elsewhere, .status, .scanning, .moved, .readBack, .compared: return []
        }
    }

    /// Returns the records of a result.
    mutating func records(of result: CommandResult, time: String) -> [EventRecord] {
        var records = flush(time: time)
        records += self.records(of: result.notes, time: time)
        switch result {
        case .copy(let report, _):
            records += report.tables.map { Self.record(of: $0, time: time) }
            records += (report.searches ?? []).map { Self.record(of: $0, time: time) }
        case .verify(let report):
            for table in report.tables {
                records.append(Self.record(of: table, time: time))
                records += table.findings.map { Self.record(of: $0, in: table.name, time: time) }
            }
            records += report.searches.map { Self.record(of: $0, time: time) }
        case .plan, .refused, .indexPlan, .index, .tune, .bots, .undo, .worker, .jobs, .status, .report, .noReport:
            break
        }
        return records
    }

    /// Returns the records of amounts that are not reported yet.
    mutating func flush(time: String) -> [EventRecord] {
        let left = amounts.filter { $0.value.rows > 0 || $0.value.bytes > 0 }
        let keys = left.keys.sorted {
            ($0.name.rawValue, $0.table, $0.side?.rawValue ?? "") < (
                $1.name.rawValue, $1.table, $1.side?.rawValue ?? ""
            )
        }
        defer { for key in keys { amounts[key] = Amount(lastReported: left[key]?.lastReported ?? 0) } }
        return keys.compactMap { key in left[key].map { Self.record(of: key, $0.rows, $0.bytes, time: time) } }
    }

    // MARK: Amounts

    private func amount(_ event: Event) -> (Key, rows: Int, bytes: Int)? {
        switch event {
        case .moved(let pair, let rows, let bytes): (Key(name: .tableProgress, table: table(pair)), rows, bytes)
        case .readBack(let pair, let rows, let bytes): (Key(name: .readBack, table: table(pair)), rows, bytes)
        case .compared(let side, let relation, let rows, let bytes, _):
            (Key(name: .compared, table: relation.description, side: side), rows, bytes)
        default: nil
        }
    }

    private mutating func add(_ rows: Int, _ bytes: Int, to key: Key, at now: Double, time: String) -> [EventRecord] {
        var amount = amounts[key] ?? Amount()
        amount.rows += rows
        amount.bytes += bytes
        defer { amounts[key] = amount }
        guard now - amount.lastReported >= Self.interval, amount.bytes > 0 else { return [] }
        let record = Self.record(of: key, amount.rows, amount.bytes, time: time)
        amount = Amount(lastReported: now)
        return [record]
    }

    private static func record(of key: Key, _ rows: Int, _ bytes: Int, time: String) -> EventRecord {
        var attributes = EventAttributes()
        attributes.set("db.collection.name", key.table)
        attributes.set("vecferry.side", key.side?.rawValue)
        attributes.set("vecferry.rows", rows)
        attributes.set("vecferry.bytes", bytes)
        return EventRecord(timestamp: time, name: key.name, severity: .debug, attributes: attributes.values)
    }

    // MARK: Facts

    private mutating func records(of plan: Plan, time: String) -> [EventRecord] {
        var attributes = EventAttributes()
        attributes.set("db.system.name", "postgresql")
        attributes.set("vecferry.source", plan.source.endpoint)
        attributes.set("vecferry.source.version", plan.source.version)
        attributes.set("vecferry.target", plan.target.endpoint)
        attributes.set("vecferry.target.version", plan.target.version)
        attributes.set("vecferry.tables.total", plan.pairs.count)
        attributes.set("vecferry.chunks.total", plan.chunks.count)
        attributes.set("vecferry.bytes.total", plan.bytes)
        attributes.set("vecferry.blockers", plan.blockers.count)
        let first = EventRecord(
            timestamp: time, name: .planned, severity: plan.isReady ? .info : .error, attributes: attributes.values)
        let tables = plan.pairs.map { pair in
            var attributes = EventAttributes()
            attributes.set("db.collection.name", pair.name.description)
            attributes.set("vecferry.rows.estimated", pair.estimatedRows < 0 ? nil : pair.estimatedRows)
            attributes.set("vecferry.bytes.total", pair.bytes)
            attributes.set("vecferry.chunks.total", pair.chunkCount)
            attributes.set("vecferry.indexes.total", pair.indexes.count { $0.action != .keep })
            return EventRecord(timestamp: time, name: .tablePlanned, severity: .info, attributes: attributes.values)
        }
        return [first] + tables + records(of: plan.notes, time: time)
    }

    private mutating func records(of notes: [Note], time: String) -> [EventRecord] {
        notes.filter { reported.insert($0.description).inserted }.map { Self.record(of: $0, time: time) }
    }

    private static func record(of note: Note, time: String) -> EventRecord {
        var attributes = EventAttributes()
        attributes.set("vecferry.note.code", "\(note.code)")
        attributes.set("vecferry.note.level", note.level.rawValue)
        attributes.set("vecferry.side", note.side?.rawValue)
        attributes.set("db.collection.name", note.table?.description)
        attributes.set("vecferry.hint", note.hint)
        let severity: EventRecord.Severity =
            switch note.level {
            case .info: .info
            case .warning: .warn
            case .blocker: .error
            }
        return EventRecord(
            timestamp: time, name: .note, severity: severity, body: note.message, attributes: attributes.values)
    }

    private static func record(of table: TableReport, time: String) -> EventRecord {
        result(
            of: table.name, table.state.rawValue, isWell: table.state == .proven, table.source, table.target,
            seconds: table.seconds, error: table.error, time: time)
    }

    private static func record(of table: TableComparison, time: String) -> EventRecord {
        result(
            of: table.name, table.state.rawValue, isWell: table.state == .same, table.source, table.target, time: time)
    }

    private static func result(
        of table: QualifiedName, _ outcome: String, isWell: Bool, _ source: Digest, _ target: Digest,
        seconds: Double? = nil, error: String? = nil, time: String
    ) -> EventRecord {
        var attributes = EventAttributes()
        attributes.set("db.collection.name", table.description)
        attributes.set("vecferry.outcome", outcome)
        attributes.set("vecferry.rows", source.rows)
        attributes.set("vecferry.digest.source", source.hex)
        attributes.set("vecferry.digest.target", target.hex)
        attributes.set("vecferry.duration", seconds)
        return EventRecord(
            timestamp: time, name: .tableResult, severity: isWell ? .info : .error, body: error,
            attributes: attributes.values)
    }

    private static func record(of finding: Finding, in table: QualifiedName, time: String) -> EventRecord {
        var attributes = EventAttributes()
        attributes.set("db.collection.name", table.description)
        attributes.set("vecferry.finding", finding.kind.rawValue)
        attributes.set(
            "vecferry.key", finding.key.map { key in key.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } })
        attributes.set("vecferry.hash", finding.hash)
        attributes.set("vecferry.columns", finding.columns.isEmpty ? nil : finding.columns)
        attributes.set("vecferry.bot", finding.bot)
        return EventRecord(timestamp: time, name: .finding, severity: .error, attributes: attributes.values)
    }

    private static func record(of search: SearchReport, time: String) -> EventRecord {
        var attributes = EventAttributes()
        attributes.set("db.collection.name", search.table.description)
        attributes.set("vecferry.column", search.column)
        attributes.set("vecferry.search.queries", search.queries)
        attributes.set("vecferry.search.is_worse", search.isWorse)
        for (side, figures) in [("source", search.source.figures), ("target", search.target.figures)] {
            attributes.set("vecferry.search.\(side).recall", figures.recall)
            attributes.set("vecferry.search.\(side).duration.p50", figures.p50 / 1000)
            attributes.set("vecferry.search.\(side).duration.p95", figures.p95 / 1000)
        }
        return EventRecord(
            timestamp: time, name: .searchResult, severity: search.isWorse ? .warn : .info,
            attributes: attributes.values)
    }

    private func table(_ pair: PairNumber) -> String {
        tables.indices.contains(pair.value) ? tables[pair.value] : "table \(pair.value + 1)"
    }
}

extension EventAttributes {
    /// Adds what an error says beside its message.
    mutating func add(_ error: FerryError) {
        set("error.type", error.cause?.code.description ?? error.code.description)
        set("db.response.status_code", error.cause?.sqlState)
        set("vecferry.side", error.side?.rawValue)
        set("db.collection.name", error.table?.description)
    }
}
