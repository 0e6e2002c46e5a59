#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension JobFingerprint {
    /// The fingerprint of ledgers of format 1: the hash of the request's JSON, the system identifier and the database.
    ///
    /// - Returns: nil for a request that format 1 can't express.
    func textOfFormat1(of server: ServerInfo) -> String? {
        let frozen = RequestOfFormat1(request)
        guard frozen.request == request else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(frozen) else { return nil }
        return TextHash.of(
            "\(String(decoding: json, as: UTF8.self)) \(server.systemIdentifier ?? "unknown") \(server.database)")
    }
}

/// The request as format 1 wrote it. Frozen: its JSON identifies unfinished jobs.
private struct RequestOfFormat1: Encodable {
    struct Selection: Encodable {
        var tables: [String]
        var excluded: [String]
        var all: Bool
        var botColumn: String?
        var bots: [String]?
    }

    struct Index: Encodable {
        var lists: [String: [String: Int]]
        var method: String
        var hnswM: Int?
        var hnswEfConstruction: Int?
        var maintenanceWorkMem: Int?
        var workers: Int?
        var online: Bool
    }

    var selection: Selection
    var existing: String
    var create: Bool
    var chunkBytes: Int
    var index: Index

    init(_ request: CopyRequest) {
        selection = Selection(
            tables: request.selection.tables, excluded: request.selection.excluded, all: request.selection.all,
            botColumn: request.selection.botColumn, bots: request.selection.bots)
        existing = request.existing.rawValue
        create = request.create
        chunkBytes = request.chunkBytes
        let lists: [String: [String: Int]] =
            switch request.index.lists {
            case .keep: ["keep": [:]]
            case .auto: ["auto": [:]]
            case .fixed(let lists): ["fixed": ["_0": lists]]
            }
        index = Index(
            lists: lists, method: request.index.method.rawValue, hnswM: request.index.hnswM,
            hnswEfConstruction: request.index.hnswEfConstruction,
            maintenanceWorkMem: request.index.maintenanceWorkMem, workers: request.index.workers,
            online: request.index.online)
    }

    /// The request as far as format 1 expresses it.
    var request: CopyRequest {
        var request = CopyRequest()
        request.selection.tables = selection.tables
        request.selection.excluded = selection.excluded
        request.selection.all = selection.all
        request.selection.botColumn = selection.botColumn
        request.selection.bots = selection.bots
        request.existing = ExistingRows(rawValue: existing) ?? .fail
        request.create = create
        request.chunkBytes = chunkBytes
        if index.lists["auto"] != nil { request.index.lists = .auto }
        if let lists = index.lists["fixed"]?["_0"] { request.index.lists = .fixed(lists) }
        request.index.method = IndexRequest.Method(rawValue: index.method) ?? .keep
        request.index.hnswM = index.hnswM
        request.index.hnswEfConstruction = index.hnswEfConstruction
        request.index.maintenanceWorkMem = index.maintenanceWorkMem
        request.index.workers = index.workers
        request.index.online = index.online
        return request
    }
}
