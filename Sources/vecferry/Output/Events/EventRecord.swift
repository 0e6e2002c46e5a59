import FoundationEssentials

/// One line of `--events`. Its names and units are those of OpenTelemetry's conventions where they have one: a log record with an event name
/// and attributes, seconds, bytes.
struct EventRecord: Encodable, Sendable {
    /// The version of the shape. Within it, events and attributes may be added.
    static let schema = 1

    /// The names of all events.
    enum Name: String, Encodable, CaseIterable, Sendable {
        case runBegan = "vecferry.run.began"
        case runEnded = "vecferry.run.ended"
        case stageBegan = "vecferry.stage.began"
        case stageEnded = "vecferry.stage.ended"
        case planned = "vecferry.plan"
        case tablePlanned = "vecferry.table.planned"
        case resumed = "vecferry.job.resumed"
        case left = "vecferry.job.left"
        case chunkBegan = "vecferry.chunk.began"
        case chunkDone = "vecferry.chunk.committed"
        case tableLoaded = "vecferry.table.loaded"
        case tableProgress = "vecferry.table.progress"
        case readBack = "vecferry.table.read_back"
        case compared = "vecferry.table.compared"
        case indexesToBuild = "vecferry.index.planned"
        case indexProgress = "vecferry.index.progress"
        case buildEnded = "vecferry.index.build_ended"
        case indexBuilt = "vecferry.index.built"
        case worker = "vecferry.worker"
        case streams = "vecferry.streams"
        case retry = "vecferry.retry"
        case note = "vecferry.note"
        case finding = "vecferry.finding"
        case tableResult = "vecferry.table.result"
        case searchResult = "vecferry.search.result"
        case error = "vecferry.error"
    }

    /// OpenTelemetry's severities.
    enum Severity: String, Encodable, Sendable {
        case debug = "DEBUG"
        case info = "INFO"
        case warn = "WARN"
        case error = "ERROR"
    }

    /// The value of an attribute.
    enum Value: Encodable, Sendable, Equatable {
        case string(String), int(Int), double(Double), bool(Bool), strings([String])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .string(let value): try container.encode(value)
            case .int(let value): try container.encode(value)
            case .double(let value): try container.encode(value)
            case .bool(let value): try container.encode(value)
            case .strings(let value): try container.encode(value)
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case schema, timestamp, name = "event_name", severity = "severity_text", body, attributes
    }

    /// When it happened, in UTC, with milliseconds.
    var timestamp: String
    /// What happened.
    var name: Name
    /// How much it matters.
    var severity: Severity
    /// A sentence for people, where there is one.
    var body: String?
    /// The facts.
    var attributes: [String: Value]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(timestamp, forKey: .timestamp)
        try container.encode(name, forKey: .name)
        try container.encode(severity, forKey: .severity)
        try container.encodeIfPresent(body, forKey: .body)
        try container.encode(attributes, forKey: .attributes)
    }

    /// The record as one line, with its keys in order.
    var line: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers are finite, so that none can fail to be encoded.
        guard let data = try? encoder.encode(self) else { return "{}" }
        return JSONText.escaped(String(decoding: data, as: UTF8.self))
    }
}

/// Attributes in the making: those without a value are left out.
struct EventAttributes {
    private(set) var values: [String: EventRecord.Value] = [:]

    mutating func set(_ name: String, _ value: String?) { values[name] = value.map(EventRecord.Value.string) }
    mutating func set(_ name: String, _ value: Int?) { values[name] = value.map(EventRecord.Value.int) }
    mutating func set(_ name: String, _ value: Double?) {
        values[name] = value.flatMap { $0.isFinite ? EventRecord.Value.double($0) : nil }
    }
    mutating func set(_ name: String, _ value: Bool?) { values[name] = value.map(EventRecord.Value.bool) }
    mutating func set(_ name: String, _ value: [String]?) { values[name] = value.map(EventRecord.Value.strings) }
}
