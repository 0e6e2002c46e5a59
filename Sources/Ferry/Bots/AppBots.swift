#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A bot of Bedrock Chat, as its table in DynamoDB has it (aws-samples/bedrock-chat, tags v0.4.0 to v1.4.0).
public struct AppBot: Sendable, Equatable {
    /// The id, which rows have in their bot column.
    public var id: String
    /// The id of the user who made it.
    public var owner: String
    /// The title.
    public var title: String
    /// What it is to know.
    public var knowledge = Knowledge()
    /// How the last embedding ended: `SUCCEEDED`, `FAILED`, `QUEUED`, `RUNNING` and others; nil where the app has not said.
    public var syncStatus: String?
    /// Whether a Bedrock knowledge base answers for it, which has no use for rows.
    public var usesKnowledgeBase = false

    /// The numbers of a bot's sources.
    public struct Knowledge: Sendable, Equatable {
        public var files = 0
        public var urls = 0
        public var sitemaps = 0
        public var s3 = 0

        /// All sources together.
        public var all: Int { files + urls + sitemaps + s3 }
    }
}

/// The bots that the application has now.
public struct AppBots: Sendable, Equatable {
    /// The bots, sorted by id. Aliases are not among them: they are names of others' bots.
    public var bots: [AppBot]
    /// The number of aliases.
    public var aliases: Int

    /// The ids.
    var ids: Set<String> { Set(bots.map(\.id)) }

    /// The reason why a text is not the whole list of an application's bots, as a sentence.
    public struct Fault: Error, Equatable, Sendable {
        public var message: String
    }

    /// Reads what `aws dynamodb scan` prints of the table of conversations and bots.
    ///
    /// - Throws: ``Fault`` where that is a part of the table, or of another application: bots that are not in it would count as deleted.
    public init(scan: some Collection<UInt8>) throws(Fault) {
        let document: ScanDocument
        do {
            document = try JSONDecoder().decode(ScanDocument.self, from: Data(scan))
        } catch {
            throw Fault(message: "It is not the output of aws dynamodb scan, in JSON with all Items.")
        }
        guard document.nextToken == nil, document.lastEvaluatedKey?.isEmpty != false else {
            throw Fault(
                message:
                    "It is a part of the table: it ends with \(document.nextToken == nil ? "LastEvaluatedKey" : "NextToken"). "
                    + "Scan without --max-items, --no-paginate and --limit.")
        }
        var bots: [String: AppBot] = [:]
        var knowsKnowledge = false
        aliases = 0
        for item in document.items {
            guard let key = item.sortKey?.text else { continue }
            if key.contains("#BOT_ALIAS#") {
                aliases += 1
                continue
            }
            guard let mark = key.firstRange(of: "#BOT#") else { continue }
            let id = String(key[mark.upperBound...])
            guard !id.isEmpty else { continue }
            if item.knowledge != nil { knowsKnowledge = true }
            bots[id] = AppBot(item, id: id, owner: item.partitionKey?.text ?? String(key[..<mark.lowerBound]))
        }
        guard !bots.isEmpty else {
            throw Fault(
                message: "It has no bot of Bedrock Chat: no item with a sort key SK like user#BOT#id. "
                    + "If that is true, all rows belong to deleted bots, and there is nothing to copy.")
        }
        guard knowsKnowledge else {
            throw Fault(
                message: "Its bots have no attribute Knowledge. Scan without a projection, or with that attribute.")
        }
        self.bots = bots.values.sorted { $0.id < $1.id }
    }
}

extension AppBot {
    fileprivate init(_ item: ScanDocument.Item, id: String, owner: String) {
        self.id = id
        self.owner = owner
        title = item.title?.text ?? ""
        let lists = item.knowledge?.map ?? [:]
        func count(_ name: String) -> Int { lists[name]?.list?.count ?? 0 }
        knowledge = Knowledge(
            files: count("filenames"), urls: count("source_urls"), sitemaps: count("sitemap_urls"), s3: count("s3_urls")
        )
        syncStatus = item.syncStatus?.text
        usesKnowledgeBase = item.knowledgeBase?.map?.isEmpty == false
    }
}

/// The output of `aws dynamodb scan`, as far as it matters.
private struct ScanDocument: Decodable {
    var items: [Item]
    var nextToken: String?
    var lastEvaluatedKey: [String: Value]?

    private enum CodingKeys: String, CodingKey {
        case items = "Items", nextToken = "NextToken", lastEvaluatedKey = "LastEvaluatedKey"
    }

    struct Item: Decodable {
        var partitionKey: Value?
        var sortKey: Value?
        var title: Value?
        var knowledge: Value?
        var syncStatus: Value?
        var knowledgeBase: Value?

        private enum CodingKeys: String, CodingKey {
            case partitionKey = "PK", sortKey = "SK", title = "Title", knowledge = "Knowledge", syncStatus =
                "SyncStatus"
            case knowledgeBase = "BedrockKnowledgeBase"
        }
    }

    /// A value of DynamoDB: `{"S": "text"}`, `{"L": […]}`, `{"M": {…}}`; other kinds hold nothing that is needed.
    final class Value: Decodable {
        let text: String?
        let list: [Value]?
        let map: [String: Value]?

        private enum CodingKeys: String, CodingKey { case text = "S", list = "L", map = "M", set = "SS" }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            text = try container.decodeIfPresent(String.self, forKey: .text)
            map = try container.decodeIfPresent([String: Value].self, forKey: .map)
            // A list of texts may be stored as a set.
            let set = try container.decodeIfPresent([String].self, forKey: .set)
            list = try container.decodeIfPresent([Value].self, forKey: .list) ?? set?.map { Value(text: $0) }
        }

        private init(text: String) {
            self.text = text
            list = nil
            map = nil
        }
    }
}
