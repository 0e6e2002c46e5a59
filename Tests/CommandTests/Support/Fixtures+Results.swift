@testable import Ferry
@testable import vecferry

/// Results in which every field has a value, for tests that show or encode all of them.
extension Fixtures {
    /// One table on which all happens that can.
    static var busyPair: TablePair {
        var pair = itemsPair
        pair.isCreated = true
        pair.format = .text
        pair.columns[0].textReason = "its binary form holds an OID of the source's cluster"
        pair.columns[1].conversion = .halfvec
        pair.filter = BotFilter(only: ["A", "B"], except: ["C", nil])
        pair.load = .replaceBots(["A"])
        pair.owner = "app"
        pair.indexes[1].previousDefinition =
            "CREATE INDEX idx_items_embedding ON public.items USING ivfflat (embedding)"
        var created = index("idx\u{1b}[31m", "btree", .create, "the table is new")
        created.builds = [
            IndexBuild(
                index: created.name, relation: pair.name, stage: 0,
                statements: ["CREATE INDEX \"idx\u{1b}[31m\" ON public.items USING btree (id)"])
        ]
        pair.indexes.append(created)
        pair.indexes.append(index("idx_items_botid", "btree", .reindex, "it is invalid"))
        pair.constraints = (1...7).map {
            ConstraintPlan(relation: pair.name, name: "fk_\($0)", definition: "", after: [], exists: true)
        }
        pair.constraints.append(
            ConstraintPlan(
                relation: pair.name, name: "late", definition: "CHECK ((id > 0)) NOT VALID", after: [], exists: false))
        pair.triggers = [TriggerPlan(relation: pair.name, name: "audit", enabled: "O")]
        let sequence = QualifiedName(schema: "public", name: "items_seq")
        pair.sequences = [SequencePlan(column: "id", source: .sequence(sequence), target: sequence, keepsHigher: true)]
        return pair
    }

    /// A plan whose every field has a value, with a table for each way to load.
    static var fullPlan: Plan {
        let modes: [LoadMode] = [.append, .truncate, .keepBots, .replaceBots(["A", nil]), .keepKeys, .replaceKeys]
        var pairs = modes.enumerated().map { number, mode in
            var pair = pair(number + 1, "table_\(number + 1)", rows: -1, bytes: 64 << 10)
            pair.load = mode
            return pair
        }
        pairs[0].botScope = .through(
            columns: ["item_id"], parent: items, parentColumns: ["id"], scope: .column("botid"))
        pairs[0].key = TableKey(columns: ["id"], equalityOperators: ["OPERATOR(pg_catalog.=)"])
        pairs[1].readBackFilter = BotFilter(only: nil, except: [nil, "C"])
        pairs.insert(busyPair, at: 0)
        pairs[0].indexes[1].leftovers = ["public.idx_items_embedding_ccnew"]
        pairs[0].indexes[1].builds[0].statements = ["CREATE INDEX idx_items_embedding ON public.items (embedding)"]
        pairs[0].indexes[1].builds[0].isConcurrent = true
        pairs[0].indexes[1].builds[0].replaces = 16_400
        pairs[0].indexes[1].builds[0].course = BuildCourse(
            rows: 60_000, rowsInMemory: 60_000, afterKmeans: 0.25, afterAssigning: 0.75)
        pairs[0].constraints[0].after = ["ALTER TABLE public.items VALIDATE CONSTRAINT fk_1"]
        var plan = plan(pairs, notes: allNotes)
        plan.source.systemIdentifier = "7300000000000000001"
        plan.request.selection.tables = ["items", "public.*"]
        plan.request.selection.excluded = ["old/*"]
        plan.request.selection.botColumn = "botid"
        plan.request.selection.bots = ["A", "B"]
        plan.request.existing = .replace
        plan.request.create = true
        plan.request.index.lists = .fixed(250)
        plan.request.index.method = .hnsw
        plan.request.index.hnswM = 24
        plan.request.index.hnswEfConstruction = 128
        plan.request.index.maintenanceWorkMem = 2 << 30
        plan.request.index.workers = 3
        plan.request.index.online = true
        return plan
    }

    /// A note of each level, with and without what may be left out.
    static var allNotes: [Note] {
        [
            note(.blocker, .typeDiffers, "Column embedding is vector(1024) on the source and vector(1536) here."),
            note(
                .warning, .init(description: "memory"), "The build will not fit.",
                hint: "Give --maintenance-work-mem 2GB."),
            Note(
                level: .info, code: .init(description: "known"), side: nil, table: nil, message: "Job 7 is known.",
                hint: nil),
        ]
    }

    /// A copy's report with a table of each state.
    static var fullReport: JobReport {
        var report = report(.differs, .proven, .differs, .failed)
        report.notes = allNotes
        report.finishedAt = "2026-01-02 03:04:05 UTC"
        report.tables[0].keptRows = 12
        report.tables[0].keptBots = ["A", nil]
        report.tables[1].provenAt = "2026-01-02 03:03:07 UTC"
        report.tables[1].changes = TableReport.Changes(gone: 2_480, written: 12)
        report.tables[2].comparison = comparison(FindingCounts(missing: 1, extra: 40, differing: 2), bots: ["A", "B"])
        report.searches = [search(differing: 1), search(differing: 0)]
        return report
    }

    /// A table of 30,000 rows that differs.
    static func comparison(_ counts: FindingCounts, bots: [String]) -> TableComparison {
        TableComparison(
            name: items, state: .differs, source: Digest(rows: 30_000, sum: 0xabc),
            target: Digest(rows: 30_000 + counts.extra - counts.missing, sum: 0xdef), key: ["id"], counts: counts,
            findings: [],
            bots: bots.map {
                BotComparison(bot: $0, source: Digest(rows: 9, sum: 1), target: Digest(rows: 12, sum: 2))
            }, keptBots: [], textColumns: [])
    }

    /// A comparison with a table of each state, findings of each kind, a repair and searches.
    static var fullComparison: VerifyReport {
        let other = QualifiedName(schema: "public", name: "log")
        let same = Digest(rows: 12, sum: 0xabc)
        let findings = [
            Finding(
                kind: .differs, key: ["id": "3", "part": "a"], hash: nil, sourceCopies: 1, targetCopies: 1,
                columns: ["embedding", "text"], bot: "A"),
            Finding(
                kind: .missing, key: ["id": "4", "part": "\u{1b}[31m"], hash: nil, sourceCopies: 1, targetCopies: 0,
                columns: [], bot: nil),
        ]
        let extra = Finding(
            kind: .extra, key: nil, hash: "00000000000000000000000000000abc", sourceCopies: 1, targetCopies: 3,
            columns: [], bot: nil)
        return VerifyReport(
            source: server(.source), target: server(.target, version: "16.14", vector: PgvectorVersion(0, 8, 5)),
            tables: [
                TableComparison(
                    name: items, state: .differs, source: Digest(rows: 30_000, sum: 0xabc),
                    target: Digest(rows: 29_999, sum: 0xdef), key: ["id", "part"],
                    counts: FindingCounts(missing: 4, extra: 0, differing: 1), findings: findings,
                    bots: [
                        BotComparison(bot: "A", source: Digest(rows: 2, sum: 1), target: Digest(rows: 2, sum: 2)),
                        BotComparison(bot: "B", source: same, target: same),
                        BotComparison(bot: nil, source: Digest(rows: 1, sum: 1), target: .zero),
                    ],
                    keptBots: ["C", nil],
                    textColumns: [TextColumn(name: "kind", reason: "its enum's labels differ")]),
                TableComparison(
                    name: other, state: .differs, source: same, target: Digest(rows: 14, sum: 0xdef), key: nil,
                    counts: FindingCounts(missing: 0, extra: 2, differing: 0), findings: [extra], bots: nil,
                    keptBots: [], textColumns: []),
                TableComparison(
                    name: QualifiedName(schema: "public", name: "bots"), state: .same, source: same, target: same,
                    key: ["id"], counts: .zero, findings: [], bots: nil, keptBots: [],
                    targetBots: [BotRows(bot: "D", rows: 40)], textColumns: []),
            ],
            notes: allNotes,
            repair: RepairReport(
                isDryRun: true, tables: [TableRepair(name: items, deleted: 0, inserted: 4, replaced: 1)]),
            searches: [search(differing: 1), search(differing: 0)], seconds: 4.5, sourceBytes: 181 << 20,
            targetBytes: 180 << 20)
    }

    /// Searches in which the target is worse where answers differ.
    static func search(differing: Int) -> SearchReport {
        func figures(found: Int, empty: Int = 0) -> SearchFigures {
            var figures = SearchFigures()
            (figures.queries, figures.expected, figures.found, figures.returned) = (20, 200, found, min(200, found + 5))
            (figures.empty, figures.wrongBest, figures.p50, figures.p95) = (empty, empty, 14.04, 21.5)
            return figures
        }
        let good = figures(found: 199)
        let bad = figures(found: 120, empty: 2)
        let none = SearchSide(
            index: nil, method: nil, options: [:], settings: [:], figures: good,
            plans: [SearchPlan(kind: .allRows, index: nil, queries: 20)], exactMilliseconds: 140.26, partRead: nil)
        let index = SearchSide(
            index: vectorIndex.name, method: "ivfflat", options: ["lists": "100"],
            settings: ["ivfflat.probes": "10", "ivfflat.iterative_scan": "off"], figures: differing > 0 ? bad : good,
            plans: [
                SearchPlan(kind: .vectorIndex, index: "items_embedding", queries: 18),
                SearchPlan(kind: .otherIndex, index: "items_botid", queries: 2),
            ], exactMilliseconds: 151, partRead: 0.125)
        return SearchReport(
            table: items, column: "embedding", distance: "<->", queries: 20, k: 10, isEstimate: true, isCut: false,
            differing: differing, source: none, target: index,
            bots: [
                SearchBot(bot: "A", source: good, target: differing > 0 ? bad : good),
                SearchBot(bot: nil, source: good, target: good),
            ],
            remedy: differing == 0
                ? nil
                : SearchRemedy(
                    setting: "ivfflat.probes", value: 20,
                    statements: ["SELECT '[1]'::public.vector", "ALTER DATABASE postgres SET ivfflat.probes = 20"],
                    undo: ["SELECT '[1]'::public.vector", "ALTER DATABASE postgres RESET ivfflat.probes"], figures: good
                ),
            trials: differing == 0
                ? []
                : [
                    SearchTrial(setting: "ivfflat.probes", value: 11, figures: bad),
                    SearchTrial(setting: "ivfflat.probes", value: 20, figures: good),
                ])
    }

    /// What `tune` found out for one column, with options of each kind.
    static func tuneReport(applied: Bool = false) -> TuneReport {
        func option(_ kind: TuneOption.Kind, found: Int, p95: Double, empty: Int = 0) -> TuneOption {
            var figures = SearchFigures()
            (figures.queries, figures.expected, figures.found, figures.returned) = (100, 2000, found, found)
            (figures.empty, figures.wrongBest, figures.p50, figures.p95) = (empty, empty, p95 / 2, p95)
            var option = TuneOption(
                kind: kind, figures: figures, bots: [TuneOption.BotFigures(bot: "A", figures: figures)],
                plans: [SearchPlan(kind: .vectorIndex, index: "items_embedding", queries: 100)])
            (option.method, option.parameters) = ("ivfflat", ["lists": "100"])
            return option
        }
        let reference = option(.current, found: 2000, p95: 25)
        var now = option(.current, found: 920, p95: 1.2, empty: 13)
        now.settings = [TuneSetting(name: "ivfflat.probes", value: "1")]
        var setting = option(.settings, found: 1999, p95: 5.5)
        setting.settings = [
            TuneSetting(name: "ivfflat.probes", value: "8"),
            TuneSetting(name: "ivfflat.iterative_scan", value: "relaxed_order"),
        ]
        var cut = option(.settings, found: 10, p95: 900)
        cut.settings = [TuneSetting(name: "ivfflat.probes", value: "16")]
        cut.isCut = true
        var none = option(.noIndex, found: 2000, p95: 5.4)
        (none.method, none.parameters, none.plans) = (nil, [:], [])
        var built = option(.definition, found: 1990, p95: 3.25)
        (built.parameters, built.share) = (["lists": "60"], 0.25)
        built.build = TuneBuild(seconds: 3.25, bytes: 480 << 20, memory: 61 << 20)
        var half = option(.information, found: 1800, p95: 1.5)
        (half.method, half.parameters) = ("hnsw", [:])
        half.build = TuneBuild(seconds: 70, bytes: 230 << 20, memory: nil)
        var column = TunedColumn(
            table: items, column: "embedding", distance: "<->", k: 20, queries: 100, isEstimate: true,
            reference: reference,
            options: [now, setting, cut, none, built, half].map { TuneChoice.judged($0, by: reference) }, choice: 1,
            reason: "It is as good as the source for every bot, and the fastest that is; it takes no build.")
        column.statements = ["SELECT '[1]'::public.vector", "ALTER DATABASE postgres SET ivfflat.probes = 8"]
        column.undo = ["SELECT '[1]'::public.vector", "ALTER DATABASE postgres RESET ivfflat.probes"]
        column.notTried = ["Not tried: hnsw. Memory required is 900 MB, maintenance_work_mem is 64 MB."]
        if applied { column.applied = TuneChoice.judged(option(.current, found: 1999, p95: 5.6), by: reference) }
        return TuneReport(
            target: server(.target, version: "16.14", vector: PgvectorVersion(0, 8, 5)), source: server(.source),
            columns: [column], notes: [allNotes[1]], seconds: 11.5)
    }

    /// A plan of the index stage with a table to build on.
    static func indexPlan(notes: [Note] = []) -> IndexStepPlan {
        IndexStepPlan(
            target: server(.target, version: "16.14", vector: PgvectorVersion(0, 8, 5)),
            tables: [
                IndexStepPlan.Table(
                    name: items, estimatedRows: 60_000,
                    indexes: [vectorIndex, index("items_hnsw", "hnsw", .keep, "it is valid")])
            ],
            notes: notes)
    }

    /// A run of the index stage in which one index could be built, and one not.
    static var fullIndexReport: IndexStepReport {
        IndexStepReport(
            plan: indexPlan(notes: [allNotes[1]]),
            indexes: [
                IndexStepReport.Built(table: items, name: vectorIndex.name, seconds: 32.5, error: nil),
                IndexStepReport.Built(
                    table: items, name: QualifiedName(schema: "public", name: "items_hnsw"), seconds: 1,
                    error: "target: The disk is full (SQLSTATE 53100)."),
            ],
            seconds: 34)
    }
}
