@testable import Ferry

/// Surveys of two servers for tests of pure stages.
extension Fixture {
    /// A survey in which nothing stands in the way, changed by `change`.
    static func survey(
        source: [Relation] = [], target: [Relation] = [], sourceServer: ServerInfo = server(),
        targetServer: ServerInfo = server(), _ change: (inout Survey) -> Void = { _ in }
    ) -> Survey {
        let session = Survey.SessionFacts(host: "localhost", encryption: .none, pooler: .none)
        var survey = Survey(
            source: Catalog(server: sourceServer, relations: source),
            target: Catalog(server: targetServer, relations: target), sourceSession: session, targetSession: session,
            isSameDatabase: false, snapshotRefusal: nil, mayCreateIn: ["public": true], mayCreateTemporary: true,
            extensions: [], sparse: [:], nonEmptyTargets: [], sourceBots: [:], targetBots: [:])
        change(&survey)
        return survey
    }

    static func column(
        _ name: String, _ type: String = "text", vector: VectorType? = nil, structure: String? = nil,
        labels: [String] = [], isNotNull: Bool = false, isGenerated: Bool = false, textReason: String? = nil
    ) -> Column {
        Column(
            name: name, type: type, vectorType: vector, holdsVectors: vector != nil, structure: structure,
            enumLabels: labels,
            dimensions: vector == nil ? nil : 1_024, isNotNull: isNotNull, hasDefault: false, isGenerated: isGenerated,
            isBuiltIn: vector == nil, textReason: textReason, userTypes: [])
    }

    /// `public.items` with a bot column and embeddings, changed by `change`.
    static func items(_ change: (inout Relation) -> Void = { _ in }) -> Relation {
        var table = table(rows: 60_000)
        table.columns = [
            column("id", "bigint"), column("botid", "character(26)"),
            column("embedding", "vector(1024)", vector: .vector),
        ]
        change(&table)
        return table
    }
}

extension AppBots {
    /// Bots of these ids, without aliases.
    init(ids: [String]) {
        let items = ids.map {
            #"{"PK": {"S": "u"}, "SK": {"S": "u#BOT#\#($0)"}, "Knowledge": {"M": {}}}"#
        }
        // Every id gives a bot.
        try! self.init(scan: #"{"Items": [\#(items.joined(separator: ","))]}"#.utf8)
    }
}
