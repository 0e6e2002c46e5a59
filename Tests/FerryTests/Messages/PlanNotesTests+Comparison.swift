@testable import Ferry

/// The notes of a comparison.
extension PlanNotesTests {
    static var comparison: [Note] {
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
            compare([plain], [plain], LedgerMemory(refusal: stranger)), converted, generated, comparedBots, changedSince
        )
    }

    /// A column that is not what the source has: converted by a copy, as the operator says, and otherwise.
    private static var converted: [Note] {
        let items = Fixture.items()
        let half = Fixture.items { $0.columns[2] = Fixture.column("embedding", "halfvec(1024)", vector: .halfvec) }
        var other = Fixture.table(rows: 1, name: "other", oid: 900)
        other.columns = items.columns
        func compare(_ conversions: [ConversionRequest]) -> [Note] {
            var request = VerifyRequest()
            request.conversions = conversions
            let planner = ComparisonPlanner(
                request: request, source: Catalog(server: Fixture.server(), relations: [items, other]),
                target: Catalog(server: Fixture.server(), relations: [half, other]), memory: LedgerMemory())
            return (try? planner.plan().notes) ?? []
        }
        return joined(
            compare([]), compare([ConversionRequest(table: "items", column: "embedding", conversion: .halfvec)]))
    }

    /// A column that the target computes: by the same expression as the source, by another, and alone.
    static var generated: [Note] {
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
    static var changedSince: [Note] {
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
    static var comparedBots: [Note] {
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

    static var searches: [Note] {
        func figures(_ recall: Double, empty: Int = 0) -> SearchFigures {
            var figures = SearchFigures()
            (figures.queries, figures.expected, figures.found) = (100, 1000, Int(recall * 1000))
            (figures.empty, figures.p95) = (empty, 11.5)
            return figures
        }
        func side(
            _ index: String?, recall: Double, part: Double? = nil, method: String = "ivfflat", empty: Int = 0
        ) -> SearchSide {
            SearchSide(
                index: index.map { QualifiedName(schema: "public", name: $0) }, method: index.map { _ in method },
                options: method == "ivfflat" ? ["lists": "100"] : [:],
                settings: ["ivfflat.probes": "1", "hnsw.ef_search": "40"], figures: figures(recall, empty: empty),
                plans: index.map { [SearchPlan(kind: .vectorIndex, index: $0, queries: 100)] } ?? [],
                exactMilliseconds: 150, partRead: part)
        }
        func report(
            _ source: SearchSide, _ target: SearchSide, bots: [SearchBot] = [], remedy: SearchRemedy? = nil
        ) -> [Note] {
            let report = SearchReport(
                table: name, column: "embedding", distance: "<->", queries: 100, k: 10, isEstimate: true, isCut: false,
                differing: 0, source: source, target: target, bots: bots, remedy: remedy)
            return SearchAdvice(report: report).notes
        }
        let whole = side("items_embedding", recall: 1, part: 0.97)
        let bot = SearchBot(bot: "one", source: figures(1), target: figures(0.5))
        let remedy = SearchRemedy(
            setting: "ivfflat.probes", value: 8,
            statements: ["SELECT '[1]'::public.vector", "ALTER DATABASE app SET ivfflat.probes = 8"],
            undo: ["SELECT '[1]'::public.vector", "ALTER DATABASE app RESET ivfflat.probes"], figures: figures(0.999))
        return joined(
            report(whole, side(nil, recall: 1)),
            report(whole, whole),
            report(whole, side("items_embedding", recall: 0.87, part: 0.01, empty: 4), bots: [bot], remedy: remedy),
            report(
                side("items_embedding", recall: 0.99, part: 0.1), side("items_embedding", recall: 0.9, method: "hnsw")))
    }
}
