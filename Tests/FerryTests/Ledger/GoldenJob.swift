import Foundation

@testable import Ferry

/// The row of a job that a released vecferry wrote, and which source it reads.
///
/// `Tests/RigTests/Ledger/Golden/make` writes them.
struct GoldenJob: CustomStringConvertible {
    /// The format, as the name of its folder, and the file's name.
    let description: String
    /// The source's system identifier and database.
    let source: (system: String, database: String)
    let fingerprint: String
    let plan: String
    let planHash: String
    let report: String?
    let saved: [SavedDefinition]

    static let all: [GoldenJob] = ["ledger-1", "ledger-2", "ledger-3", "ledger-4"].flatMap { format in
        names.map { GoldenJob("\(format)/\($0)") }
    }

    static func named(_ name: String) -> GoldenJob { GoldenJob(name) }

    private static let names = [
        "chunks-of-a-mib", "created", "defaults", "finished", "kept-bots", "replaced-bots", "truncated-online",
    ]

    private struct File: Decodable {
        struct Row: Decodable {
            var fingerprint: String
            var plan: String
            var planHash: String
            var report: String?
        }

        struct Saved: Decodable {
            var number: Int
            var pair: Int
            var kind: String
            var stage: Int
            var relationSchema: String
            var relationName: String
            var name: String
            var statements: [String]
        }

        var systemIdentifier: String
        var database: String
        var job: Row
        var saved: [Saved]?
    }

    private init(_ name: String) {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
        // A test that can't read its files is to stop at once.
        let data = try! Data(contentsOf: folder.appending(path: "\(name).json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = try! decoder.decode(File.self, from: data)
        description = name
        source = (file.systemIdentifier, file.database)
        fingerprint = file.job.fingerprint
        plan = file.job.plan
        planHash = file.job.planHash
        report = file.job.report
        saved = (file.saved ?? []).map { row in
            SavedDefinition(
                number: DefinitionNumber(row.number), pair: PairNumber(row.pair),
                kind: SavedDefinition.Kind(rawValue: row.kind)!, stage: row.stage,
                relation: QualifiedName(schema: row.relationSchema, name: row.relationName), name: row.name,
                statements: row.statements)
        }
    }
}
