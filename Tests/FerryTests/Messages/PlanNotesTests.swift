import Foundation
import Testing

@testable import Ferry

/// Every note that can be made without a server, whole: its level, code, side, table, message and hint.
@Suite struct PlanNotesTests {
    /// Notes that only a stage with a server makes.
    private static let others: Set<String> = [
        "fewer_jobs", "hnsw_memory_exceeded", "index_replaced", "index_shared_memory",
        "ivfflat_little_data", "no_vector_index", "not_analyzed", "rows_foreign", "rows_gone", "still_off",
        "search_not_tried", "table_gone", "taken_back", "unfinished_job", "waits_for_builds",
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
    private static func chunks(_ change: (inout Relation) -> Void = { _ in }) -> Relation {
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
            plan([items], [Fixture.items { $0.columns = [Fixture.column("note")] }]))
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
            .known(job(.finished)), .known(job(.loading)), .unfinished(job(.loading)), .sourceChanged, .stale(name),
        ]
    }

    // MARK: The comparison

    private static var comparison: [Note] {
        let items = Fixture.items {
            $0.columns.append(
                Fixture.column("source", "regclass", textReason: "regclass is an OID of this cluster"))
        }
        let target = Fixture.items { $0.columns = items.columns + [Fixture.column("tenant")] }
        let extra = Fixture.items { ($0.oid, $0.name.name) = (700, "extra") }
        func job(_ load: LoadMode, bots: [String]?) -> Plan {
            var plan = PairFixtures.plan([PairFixtures.pair(0, load: load)])
            plan.pairs[0].name = name
            plan.pairs[0].readBackFilter = BotFilter(only: bots, except: [])
            return plan
        }
        let plain = chunks()
        func compare(_ source: [Relation], _ target: [Relation], _ memory: LedgerMemory) -> [Note] {
            let planner = ComparisonPlanner(
                request: VerifyRequest(), source: Catalog(server: Fixture.server(), relations: source),
                target: Catalog(server: Fixture.server(), relations: target), memory: memory)
            return (try? planner.plan().notes) ?? []
        }
        let stranger = LedgerTrust.refusal("owner", kind: "SCHEMA", relation: nil, detail: "", role: "mallory")
        return joined(
            compare([items], [target, extra], LedgerMemory(plans: [job(.append, bots: ["one"])])),
            compare([items], [items], LedgerMemory(plans: [job(.append, bots: ["one", "two"])])),
            compare([plain], [plain], LedgerMemory(plans: [job(.keepKeys, bots: nil)])),
            compare([plain], [plain], LedgerMemory(plans: [job(.replaceKeys, bots: nil)])),
            compare([plain], [plain], LedgerMemory(refusal: stranger)), generated, comparedBots, changedSince)
    }

    /// A column that the target computes: by the same expression as the source, by another, and alone.
    private static var generated: [Note] {
        func compare(source: String?, target: String) -> [Note] {
            func table(_ isGenerated: Bool) -> Relation {
                Fixture.items { $0.columns.append(Fixture.column("words", "tsvector", isGenerated: isGenerated)) }
            }
            let (left, right) = (table(source != nil), table(true))
            let planner = ComparisonPlanner(
                request: VerifyRequest(), source: Catalog(server: Fixture.server(), relations: [left]),
                target: Catalog(server: Fixture.server(), relations: [right]),
                generation: [.source: [left.oid: ["words": source ?? ""]], .target: [right.oid: ["words": target]]],
                memory: LedgerMemory(plans: []))
            return (try? planner.plan().notes) ?? []
        }
        let english = "to_tsvector('english'::regconfig, content)"
        return joined(
            compare(source: english, target: english), compare(source: english, target: "to_tsvector(content)"),
            compare(source: nil, target: english))
    }

    /// What others changed after the rows were proven.
    private static var changedSince: [Note] {
        let pair = PairFixtures.pair(0)
        let digest = Digest(rows: 20_000, sum: 1)
        func note(_ gone: Int, _ written: Int, at time: String? = "2026-01-02 03:04:05 UTC") -> Note {
            let table = TableReport(
                name: pair.name, state: .proven, source: digest, target: digest, keptRows: 0, keptBots: [], indexes: [],
                provenAt: time)
            return .changedSince(pair, table, TableReport.Changes(gone: gone, written: written))
        }
        let denied = FerryError(.database, "Permission denied for table items.", side: .target)
        return [note(2_480, 12), note(1, 0), note(0, 1), note(3, 0, at: nil), .changesUnknown(denied)]
    }

    /// Bots that are not compared, and those that were not found.
    private static var comparedBots: [Note] {
        func notes(kept: [String?] = [], target: [BotRows] = [], bots: [String]? = nil) -> [Note] {
            var request = VerifyRequest()
            request.selection.bots = bots
            let digest = Digest(rows: 1, sum: 1)
            let table = TableComparison(
                name: name, state: .same, source: digest, target: digest, key: nil, counts: .zero, findings: [],
                bots: [BotComparison(bot: "one", source: digest, target: digest)], keptBots: kept, targetBots: target,
                textColumns: [])
            return BotNotes(request: request, tables: [table]).notes
        }
        let many = (1...7).map { BotRows(bot: "bot\($0)", rows: $0) }
        return joined(
            notes(kept: ["kept"]), notes(kept: ["kept", nil]), notes(target: Array(many.prefix(1))),
            notes(target: many),
            notes(bots: ["one", "absent"]), notes(bots: ["one", "absent", "other"]))
    }

    private static var searches: [Note] {
        func side(_ index: String?, recall: Double?, part: Double? = nil, method: String = "ivfflat") -> SearchSide {
            SearchSide(
                index: index.map { QualifiedName(schema: "public", name: $0) }, method: index.map { _ in method },
                options: method == "ivfflat" ? ["lists": "100"] : [:],
                settings: ["ivfflat.probes": "1", "hnsw.ef_search": "40"], choosesIndex: true, recall: recall,
                exactMilliseconds: 150, indexMilliseconds: 148, partRead: part)
        }
        func report(_ source: SearchSide, _ target: SearchSide) -> [Note] {
            let report = SearchReport(
                table: name, column: "embedding", distance: "<->", queries: 100, k: 10, differing: 0, source: source,
                target: target)
            return SearchAdvice(report: report).notes
        }
        let whole = side("items_embedding", recall: 1, part: 0.97)
        return joined(
            report(whole, side(nil, recall: nil)),
            report(whole, side("items_embedding", recall: nil)),
            report(whole, whole),
            report(whole, side("items_embedding", recall: 0.87, part: 0.01)),
            report(
                side("items_embedding", recall: 0.99, part: 0.1), side("items_embedding", recall: 0.9, method: "hnsw")))
    }
}
