import Foundation
import Testing

@testable import Ferry

/// Every note that can be made without a server, whole: its level, code, side, table, message and hint.
@Suite struct PlanNotesTests {
    /// Notes that only a stage with a server makes.
    private static let others: Set<String> = [
        "fewer_jobs", "hnsw_memory_exceeded", "index_replaced", "index_shared_memory",
        "ivfflat_little_data", "no_vector_index", "not_analyzed", "report_not_written", "rows_foreign", "rows_gone",
        "still_off",
        "search_not_tried", "searches_not_compared", "table_gone", "taken_back", "unfinished_job", "waits_for_builds",
    ]

    @Test func `each note, as it is shown`() throws {
        let notes =
            Self.selection + Self.bots + Self.servers + Self.rights + Self.rows + Self.created + Self.columns
            + Self.kept + Self.indexes + Self.jobs + Self.comparison + Self.searches
        var lines: [String] = []
        for note in notes {
            let place = "\(note.side?.rawValue ?? "-") | \(note.table?.description ?? "-")"
            let line = "\(note.level.rawValue) | \(note.code) | \(place) | \(note.message) | \(note.hint ?? "-")"
            if !lines.contains(line) { lines.append(line) }
        }
        try MessageGolden.expect(lines, "notes")
        #expect(try Self.allCodes().subtracting(notes.map { "\($0.code)" }) == Self.others)
    }

    /// The codes in their source file, since a code is a value and not a case.
    private static func allCodes() throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let text = try String(contentsOf: root.appending(path: "Sources/Ferry/Plan/Note+Codes.swift"), encoding: .utf8)
        return Set(text.matches(of: #/description: "(\w+)"/#).map { String($0.1) })
    }

    // MARK: How notes come about

    static func plan(
        _ source: [Relation], _ target: [Relation], _ request: (inout CopyRequest) -> Void = { _ in },
        sourceServer: ServerInfo = Fixture.server(), targetServer: ServerInfo = Fixture.server(),
        survey: (inout Survey) -> Void = { _ in }
    ) -> [Note] {
        var copy = CopyRequest()
        request(&copy)
        let survey = Fixture.survey(
            source: source, target: target, sourceServer: sourceServer, targetServer: targetServer, survey)
        return Planner(request: copy, survey: survey).plan().notes
    }

    static func surveyed(
        _ source: [Relation], _ target: [Relation], _ survey: (inout Survey) -> Void
    ) -> [Note] {
        plan(source, target, survey: survey)
    }

    static func joined(_ notes: [Note]...) -> [Note] { notes.flatMap(\.self) }

    static let name = QualifiedName(schema: "public", name: "items")

    /// A table that belongs to no bots.
    static func chunks(_ change: (inout Relation) -> Void = { _ in }) -> Relation {
        Fixture.items {
            $0.columns.remove(at: 1)
            change(&$0)
        }
    }

    private static func key(to table: Relation) -> ForeignKey {
        ForeignKey(
            name: "chunk_items_fkey", referenced: table.oid, columns: ["item"], referencedColumns: ["id"],
            definition: "FOREIGN KEY (item) REFERENCES public.items (id)", after: [])
    }

    private static func referrer(of table: Relation, _ columns: [Column] = []) -> Relation {
        var referrer = Fixture.table(rows: 10, name: "chunk", oid: 300)
        referrer.columns = [Fixture.column("item", "bigint")] + columns
        referrer.foreignKeys = [key(to: table)]
        return referrer
    }

    // MARK: The selection

    private static var selection: [Note] {
        let items = Fixture.items()
        let root = Fixture.table(rows: 0, name: "parted", oid: 400, kind: .partitioned)
        var leaf = Fixture.table(rows: 10, name: "parted_1", oid: 401, parent: 400)
        leaf.columns = items.columns
        var foreign = root
        foreign.columns = items.columns
        foreign.hasForeignPartition = true
        var parted = root
        parted.columns = items.columns
        return joined(
            plan([items], [items], { $0.selection.tables = ["item", "a.b.c"] }),
            plan([items], [items], { $0.selection.botColumn = "bot" }),
            plan([Fixture.table(rows: 1)], []),
            plan([parted, leaf], [parted, leaf], { $0.selection.excluded = ["parted_1"] }),
            plan([foreign, leaf], [foreign, leaf]))
    }

    private static var bots: [Note] {
        let (items, plain) = (Fixture.items(), chunks())
        let unchecked = Fixture.items {
            $0.lateChecks = [LateCheck(name: "short", definition: "CHECK (true) NOT VALID")]
            $0.rights.own = false
        }
        return joined(
            plan([unchecked], [unchecked]),
            plan([plain], [plain], { $0.selection.bots = ["bot1"] }),
            plan([items], [items], { $0.selection.bots = ["01HQZX5T9V7W8Y0A1B2C3D4E5F6"] }),
            plan([items], [items], { $0.selection.bots = ["one", "two"] }) { $0.sourceBots = [name: ["one": 20]] },
            plan([items], [items], { $0.selection.bots = ["one", "two", "three"] }) {
                $0.sourceBots = [name: ["one": 20]]
            },
            plan([items], [items], { $0.selection.excludedBots = ["one", "two"] }) {
                $0.sourceBots = [name: ["one": 20]]
            },
            plan([plain], [plain], { $0.selection.excludedBots = ["bot1"] }),
            surveyed([items], [items]) {
                $0.appBots = AppBots(ids: ["one"])
                $0.sourceBots = [name: ["one": 20, "gone": 1, nil: 5]]
            },
            surveyed([items], [items]) {
                $0.appBots = AppBots(ids: ["live"])
                $0.nonEmptyTargets = [name]
                $0.sourceBots = [name: Dictionary(uniqueKeysWithValues: (1...7).map { ("gone\($0)", 100) })]
                $0.targetBots = [name: ["live": 40, "gone1": 30, "old": 2]]
            },
            surveyed([items], [items]) {
                $0.nonEmptyTargets = [name]
                $0.sourceBots = [name: ["one": 20_000]]
                $0.targetBots = [name: ["one": 19_998, "live": 40, nil: 1]]
            },
            surveyed([items], [items]) {
                $0.nonEmptyTargets = [name]
                $0.targetBots = [name: Dictionary(uniqueKeysWithValues: (1...12).map { ("bot\($0)", $0) })]
            })
    }

    // MARK: The servers

    private static var servers: [Note] {
        let items = [Fixture.items()]
        let half = [Fixture.items { $0.columns[2] = Fixture.column("embedding", "halfvec(1024)", vector: .halfvec) }]
        var standby = Fixture.server()
        (standby.isInRecovery, standby.mayKeepLedger, standby.encoding) = (true, false, "LATIN1")
        var fresh = standby
        (fresh.isInRecovery, fresh.hasLedgerSchema) = (false, false)
        var withLZ4 = Fixture.server()
        withLZ4.toast = ToastDefault(method: "pglz", isBuiltIn: true, offersLZ4: true)
        var withoutLZ4 = withLZ4
        withoutLZ4.toast?.offersLZ4 = false
        let (bare, old) = (Fixture.server(pgvector: nil), Fixture.server(versionNumber: 130_016))
        let create: (inout CopyRequest) -> Void = { $0.create = true }
        func need(_ name: String, available: String?, schema: String? = nil, _ types: [String] = []) -> ExtensionNeed {
            ExtensionNeed(
                name: name, schema: "public", targetSchema: schema, availableVersion: available, missingTypes: types)
        }
        let poolers: [Survey.Pooler] = [.session, .transaction]
        return joined(
            surveyed(items, items) {
                $0.isSameDatabase = true
                $0.snapshotRefusal = "Invalid snapshot identifier: \"0000000B-1\"."
                $0.sourceSession.host = "db.example.com"
                ($0.targetSession.host, $0.targetSession.encryption) = ("new.example.com", .unverified)
            },
            poolers.flatMap { pooler in surveyed(items, items) { $0.targetSession.pooler = pooler } },
            plan(items, items, sourceServer: old, targetServer: standby), plan(items, items, targetServer: old),
            plan(items, items, targetServer: fresh),
            plan(items, items, targetServer: bare),
            plan(items, items, targetServer: withLZ4),
            plan(items, items, { $0.toastCompression = .pglz }, targetServer: withLZ4),
            plan(items, items, { $0.toastCompression = .lz4 }, targetServer: withoutLZ4),
            plan(items, items, { $0.toastCompression = .lz4 }, targetServer: old),
            plan(items, [], create, targetServer: bare) { $0.extensions = [need("vector", available: "0.8.5")] },
            plan(half, half, targetServer: Fixture.server(pgvector: PgvectorVersion(0, 5, 1))),
            plan(items, [], create) {
                $0.extensions = [
                    need("ltree", available: nil), need("hstore", available: "1.8"),
                    need("citext", available: "1.6", schema: "ext"),
                    need("isn", available: "1.2", schema: "public", ["public.ean13"]),
                ]
            })
    }

    // MARK: Rights

    private static var rights: [Note] {
        let items = Fixture.items()
        let closed = Fixture.items {
            $0.rights = Relation.Rights(
                useSchema: false, createInSchema: false, select: false, insert: false, delete: false, update: false,
                truncate: false, own: false, rowSecurityActive: true)
            $0.triggers = [Trigger(name: "note", enabled: "O", isForEachRow: true)]
        }
        func coded(_ names: [String], actsAsOwner: Bool) -> Relation {
            Fixture.items {
                $0.foreignFunctions = names.map { ForeignFunction(name: "public.\($0)", owner: "mallory") }
                $0.rights.actAsOwner = actsAsOwner
            }
        }
        let index = Fixture.index("items_embedding", "ivfflat", options: ["lists": "100"])
        let rootOnly = Fixture.items {
            $0.kind = .partitioned
            $0.triggers = [Trigger(name: "note", enabled: "O", isForEachRow: true)]
        }
        let leaf = Fixture.items {
            ($0.oid, $0.parent, $0.name.name) = (101, 100, "items_1")
            $0.rights.select = false
        }
        var sequenced = items
        sequenced.sequences = [
            ColumnSequence(
                column: "id", name: QualifiedName(schema: "public", name: "items_id_seq"), maySelect: true,
                mayUpdate: false)
        ]
        let hidden = Fixture.items {
            $0.sequences = sequenced.sequences
            $0.sequences[0].maySelect = false
        }
        let create: (inout CopyRequest) -> Void = { $0.create = true }
        var small = Fixture.server(versionNumber: 140_011)
        small.mayCreateSchema = false
        return joined(
            plan([closed], [items]),
            plan([items], [closed]),
            plan([items], [Fixture.items { ($0.indexes, $0.rights.own) = ([index], false) }]),
            plan([items], [coded(["f"], actsAsOwner: false)]),
            plan([Fixture.items { ($0.name.name, $0.isNamedInUTF8) = ("caf\u{FFFD}", false) }], []),
            plan([items], [Fixture.items { $0.isNamedInUTF8 = false }]),
            plan([items], [coded(["a", "b", "c", "d"], actsAsOwner: true)]),
            plan([items], [Fixture.items { ($0.indexes, $0.rights.createInSchema) = ([index], false) }]),
            plan([rootOnly, leaf], [rootOnly, leaf], targetServer: small),
            plan([hidden], [sequenced]),
            plan([sequenced], [sequenced]),
            plan([items], [], create) { $0.mayCreateIn = ["public": false] },
            plan([items], [], create, targetServer: small) { $0.mayCreateIn = [:] })
    }

    // MARK: Rows that are there

    private static var rows: [Note] {
        let (items, plain) = (Fixture.items(), chunks())
        let keyed = chunks {
            $0.indexes = [Fixture.index("items_pkey", "btree", isUnique: true)]
            $0.indexes[0].columns = ["id"]
        }
        let empty = Fixture.items { $0.pages = 0 }
        let path = referrer(of: items)
        let full: (inout Survey) -> Void = { $0.nonEmptyTargets = [name] }
        func existing(_ rows: ExistingRows) -> (inout CopyRequest) -> Void { { $0.existing = rows } }
        return joined(
            plan([items], [items], survey: full),
            plan([empty], [items], survey: full),
            plan([plain], [plain], survey: full),
            plan([plain], [plain], existing(.keep), survey: full),
            plan([keyed], [keyed], existing(.keep)) {
                $0.nonEmptyTargets = [name]
                $0.mayCreateTemporary = false
            },
            plan(
                [items], [items, path], { ($0.existing, $0.selection.tables) = (.truncate, ["items"]) }, survey: full),
            plan([items, path], [path], { $0.selection.bots = ["one"] }) { $0.sourceBots = [name: ["one": 20]] },
            plan([items], [Fixture.items { $0.isUnlogged = true }]))
    }

    private static var created: [Note] {
        let items = Fixture.items()
        let path = referrer(of: items, [Fixture.column("botid", "character(26)")])
        let rich = Fixture.items { $0.leftOut = ["triggers", "row-level security"] }
        return joined(
            plan([items], []),
            plan([items, path], [], { ($0.create, $0.selection.tables) = (true, ["chunk"]) }),
            plan([rich], [], { $0.create = true }))
    }

    // MARK: Columns and indexes

    private static var columns: [Note] {
        let items = Fixture.items {
            $0.columns += [
                Fixture.column("lang", "public.lang", labels: ["public.lang 'de'", "public.lang 'en'"]),
                Fixture.column("size", "public.size", structure: "public.size (integer)"), Fixture.column("body"),
                Fixture.column("source", "regclass", textReason: "regclass is an OID of this cluster"),
                Fixture.column("title"),
            ]
        }
        let other = Fixture.items {
            $0.columns = [
                Fixture.column("id", "integer"), Fixture.column("botid", "character(26)"),
                Fixture.column("lang", "public.lang"),
                Fixture.column("size", "public.size", structure: "public.size (bigint)"),
                Fixture.column("body", isGenerated: true), Fixture.column("source", "regclass"),
                Fixture.column("title"), Fixture.column("tenant", isNotNull: true),
            ]
        }
        return joined(
            plan([items], [other]),
            plan([items], [Fixture.items { $0.columns = [Fixture.column("note")] }]), conversions(items))
    }

    /// - Parameter text: A table whose rows are copied as text.
    private static func conversions(_ text: Relation) -> [Note] {
        let items = Fixture.items()
        let half = Fixture.items { $0.columns[2] = Fixture.column("embedding", "halfvec(1024)", vector: .halfvec) }
        func converting(_ column: String, _ source: Relation, _ target: Relation) -> [Note] {
            plan(
                [source], [target],
                {
                    $0.conversions = [ConversionRequest(table: "items", column: column, conversion: .halfvec)]
                }
            ) {
                let (one, two) = (
                    OutOfRange.Rows(bot: "one", count: 1, keys: ["id = 7"]),
                    OutOfRange.Rows(bot: nil, count: 9, keys: (1...5).map { "id = \($0)" })
                )
                $0.outOfRange = [name: [OutOfRange(column: "embedding", rows: [one, two])]]
                $0.sourceBots = [name: ["one": 20]]
            }
        }
        let plain = chunks()
        var halfText = text
        halfText.columns[2] = half.columns[2]
        return joined(
            plan([items], [half]), converting("embedding", items, items), converting("Vector", items, half),
            converting("id", items, half), converting("embedding", text, halfText),
            converting("embedding", items, half),
            converting("embedding", plain, chunks { $0.columns[1] = half.columns[2] }))
    }

    private static var indexes: [Note] {
        let ivfflat = Fixture.index("items_embedding", "ivfflat", options: ["lists": "100"])
        let hnsw = Fixture.index("items_embedding", "hnsw")
        func indexed(
            _ index: Index, rows: Int = 60_000, server: ServerInfo = Fixture.server(),
            _ request: (inout IndexRequest) -> Void = { _ in }
        ) -> [Note] {
            var options = IndexRequest()
            request(&options)
            return Fixture.plan([index], rows: rows, request: options, server: server).notes
        }
        func sparse(_ isTooLong: Bool?, _ request: (inout CopyRequest) -> Void = { _ in }) -> [Note] {
            let items = Fixture.items()
            let index = QualifiedName(schema: "public", name: "items_sparse")
            return plan([items], [items], request) {
                $0.sparse = [name: [SparseProbe.Finding(index: index, column: "terms", isTooLong: isTooLong)]]
                $0.sourceBots = [name: ["one": 20]]
            }
        }
        let small = Fixture.server(sharedBuffers: 1 << 20)
        let partitioned = Fixture.index("items_embedding", "ivfflat", isPartitioned: true)
        return joined(
            indexed(ivfflat) {
                ($0.hnswM, $0.hnswEfConstruction, $0.lists, $0.maintenanceWorkMem) = (1, 2_000, .fixed(0), 1)
            },
            indexed(ivfflat) { ($0.hnswM, $0.hnswEfConstruction) = (16, 20) },
            indexed(Fixture.index("items_embedding", "hnsw", isValid: false)),
            indexed(Fixture.index("items_pkey", "btree", isUnique: true, isValid: false)),
            plan([Fixture.items { $0.indexes = [hnsw] }], [Fixture.items()]),
            indexed(Fixture.index("items_embedding", "hnsw", operatorClass: "vector_l1_ops")) { $0.method = .ivfflat },
            indexed(Fixture.index("items_embedding", "hnsw", options: ["m": "24"])) { $0.hnswEfConstruction = 40 },
            indexed(partitioned) { ($0.method, $0.online) = (.hnsw, true) },
            indexed(ivfflat, rows: 2_000_000, server: small) { $0.lists = .fixed(4_000) },
            indexed(ivfflat, rows: 2_000_000) { ($0.lists, $0.maintenanceWorkMem) = (.fixed(4_000), 64 << 20) },
            indexed(hnsw, rows: 2_000_000),
            indexed(Fixture.index("items_embedding", "hnsw", dimensions: 3_072)),
            indexed(
                Fixture.index("items_embedding", "hnsw", operatorClass: "halfvec_l2_ops", type: "halfvec"),
                server: Fixture.server(pgvector: PgvectorVersion(0, 6, 2))),
            sparse(true),
            sparse(nil),
            sparse(true) { $0.selection.bots = ["one"] })
    }

    // MARK: Jobs

    private static var jobs: [Note] {
        func job(_ state: Ledger.Job.State) -> Ledger.Job {
            Ledger.Job(
                number: 3, fingerprint: "", state: state, plan: PairFixtures.plan(1), sourceVisibility: "",
                sourceChanged: false, report: nil, startedAt: "2026-11-26 01:47 UTC")
        }
        return [
            .known(job(.finished)), .known(job(.loading)), .unfinished(job(.loading), ["with --existing keep"]),
            .finished(job(.finished), ["without --create"]),
            .sourceChanged, .stale(name), .loadIsHidden,
            .loadIsUnknown(FerryError(.database, "function pg_current_wal_lsn() does not exist", side: .target)),
        ]
    }
}
