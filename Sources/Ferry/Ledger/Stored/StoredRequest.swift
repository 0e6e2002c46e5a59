/// The request of a job, as stored in the ledger.
struct StoredRequest: Codable, Sendable, Equatable {
    var selection: StoredSelection
    var existing: StoredWord<ExistingRows>
    var create: Bool
    var chunkBytes: Int
    var index: StoredIndexRequest
    /// nil where none was asked for.
    var conversions: [StoredConversion]?
    /// nil stands for auto.
    var toastCompression: StoredWord<ToastCompression>?

    init(_ request: CopyRequest) {
        selection = StoredSelection(request.selection)
        existing = StoredWord(request.existing)
        create = request.create
        chunkBytes = request.chunkBytes
        index = StoredIndexRequest(request.index)
        conversions = request.conversions.isEmpty ? nil : request.conversions.map(StoredConversion.init)
        toastCompression = request.toastCompression == .auto ? nil : StoredWord(request.toastCompression)
    }

    /// The engine's request.
    var request: CopyRequest {
        var request = CopyRequest()
        request.selection = selection.selection
        request.existing = existing.value
        request.create = create
        request.chunkBytes = chunkBytes
        request.index = index.request
        request.conversions = conversions?.map(\.request) ?? []
        request.toastCompression = toastCompression?.value ?? .auto
        return request
    }
}

/// A conversion that the operator asked for, as stored in the ledger.
struct StoredConversion: Codable, Sendable, Equatable {
    var table: String
    var column: String
    var type: StoredWord<ColumnConversion>

    init(_ request: ConversionRequest) {
        table = request.table
        column = request.column
        type = StoredWord(request.conversion)
    }

    /// The engine's request.
    var request: ConversionRequest { ConversionRequest(table: table, column: column, conversion: type.value) }
}

/// The selection of tables and bots, as stored in the ledger.
struct StoredSelection: Codable, Sendable, Equatable {
    var tables: [String]
    var excluded: [String]
    var all: Bool
    var botColumn: String?
    var bots: [String]?
    var excludedBots: [String]?

    init(_ selection: TableSelection) {
        tables = selection.tables
        excluded = selection.excluded
        all = selection.all
        botColumn = selection.botColumn
        bots = selection.bots
        excludedBots = selection.excludedBots.isEmpty ? nil : selection.excludedBots
    }

    /// The engine's selection.
    var selection: TableSelection {
        var selection = TableSelection()
        selection.tables = tables
        selection.excluded = excluded
        selection.all = all
        selection.botColumn = botColumn
        selection.bots = bots
        selection.excludedBots = excludedBots ?? []
        return selection
    }
}

/// The options of index builds, as stored in the ledger.
struct StoredIndexRequest: Codable, Sendable, Equatable {
    var lists: StoredLists
    var method: StoredWord<IndexRequest.Method>
    var hnswM: Int?
    var hnswEfConstruction: Int?
    var maintenanceWorkMem: Int?
    var workers: Int?
    var online: Bool

    init(_ request: IndexRequest) {
        lists = StoredLists(request.lists)
        method = StoredWord(request.method)
        hnswM = request.hnswM
        hnswEfConstruction = request.hnswEfConstruction
        maintenanceWorkMem = request.maintenanceWorkMem
        workers = request.workers
        online = request.online
    }

    /// The engine's request.
    var request: IndexRequest {
        var request = IndexRequest()
        request.lists = lists.lists
        request.method = method.value
        request.hnswM = hnswM
        request.hnswEfConstruction = hnswEfConstruction
        request.maintenanceWorkMem = maintenanceWorkMem
        request.workers = workers
        request.online = online
        return request
    }
}

/// The number of an ivfflat index's lists, as stored in the ledger:
/// `{"keep": {}}`, `{"auto": {}}` or `{"fixed": {"_0": 100}}`.
struct StoredLists: Codable, Sendable, Equatable {
    private enum CodingKeys: CodingKey { case keep, auto, fixed }

    /// The engine's choice.
    var lists: IndexRequest.Lists

    init(_ lists: IndexRequest.Lists) { self.lists = lists }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch container.allKeys.first {
        case .keep: lists = .keep
        case .auto: lists = .auto
        case .fixed: lists = .fixed(try container.decode(StoredOne<Int>.self, forKey: .fixed).value)
        case nil: throw StoredUnknown()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch lists {
        case .keep: try container.encode(StoredNothing(), forKey: .keep)
        case .auto: try container.encode(StoredNothing(), forKey: .auto)
        case .fixed(let count): try container.encode(StoredOne(count), forKey: .fixed)
        }
    }
}
