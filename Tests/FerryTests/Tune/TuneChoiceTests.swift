import Testing

@testable import Ferry

/// The pure parts of tuning: what is tried, and what is chosen.
@Suite struct TuneChoiceTests {
    private func option(
        _ kind: TuneOption.Kind, recall: Double = 1, empty: Int = 0, p95: Double, worst: Double? = nil,
        settings: [TuneSetting] = []
    ) -> TuneOption {
        func figures(_ recall: Double) -> SearchFigures {
            var figures = SearchFigures()
            (figures.queries, figures.expected, figures.found) = (100, 2000, Int(recall * 2000))
            (figures.empty, figures.p95) = (empty, p95)
            return figures
        }
        var option = TuneOption(kind: kind, figures: figures(recall), bots: [], plans: [])
        option.settings = settings
        option.bots = [
            TuneOption.BotFigures(bot: "a", figures: figures(recall)),
            TuneOption.BotFigures(bot: "b", figures: figures(worst ?? recall)),
        ]
        return option
    }

    private func best(_ reference: TuneOption, _ options: TuneOption...) -> (choice: Int?, reason: String) {
        TuneChoice(
            reference: reference, name: "the source", options: options.map { TuneChoice.judged($0, by: reference) }
        ).best
    }

    private var source: TuneOption { option(.current, p95: 25) }

    @Test func `what is as good already is left alone, though others are a little faster`() {
        let found = best(
            source, option(.current, recall: 0.999, p95: 9), option(.settings, p95: 5), option(.definition, p95: 4))
        #expect(found.choice == 0 && found.reason.contains("nothing needs to change"))
    }

    @Test func `a setting is preferred to a build, and a build that people notice to a setting`() {
        let bad = option(.current, recall: 0.5, p95: 1)
        #expect(
            best(source, bad, option(.settings, p95: 8), option(.noIndex, p95: 6), option(.definition, p95: 3)).choice
                == 1)
        #expect(
            best(source, bad, option(.settings, p95: 20), option(.noIndex, p95: 6), option(.definition, p95: 3)).choice
                == 2)
        #expect(
            best(source, bad, option(.settings, p95: 20), option(.noIndex, p95: 9), option(.definition, p95: 3)).choice
                == 3)
    }

    @Test func `one bot with worse answers, or one more empty answer, is not as good`() {
        let bad = option(.current, recall: 0.5, p95: 1)
        let found = best(
            source, bad, option(.settings, recall: 0.999, p95: 2, worst: 0.995), option(.settings, empty: 1, p95: 3),
            option(.noIndex, p95: 9))
        #expect(found.choice == 3)
    }

    @Test func `where none is as fast the fastest that is as good is chosen, and where none is as good, the nearest`() {
        let bad = option(.current, recall: 0.5, p95: 1)
        let slow = best(source, bad, option(.settings, p95: 90), option(.noIndex, p95: 70))
        #expect(slow.choice == 2 && slow.reason.contains("none that is answers as fast"))
        let none = best(source, bad, option(.settings, recall: 0.9, p95: 4), option(.settings, recall: 0.8, p95: 2))
        #expect(none.choice == 1 && none.reason.contains("None of the options"))
    }

    @Test func `an estimate is chosen only where nothing that was measured on all rows is as good and as fast`() {
        let bad = option(.current, recall: 0.5, p95: 1)
        var estimate = option(.definition, p95: 2)
        estimate.share = 0.3
        #expect(best(source, bad, estimate, option(.settings, p95: 24)).choice == 2)
        let found = best(source, bad, estimate, option(.settings, p95: 30))
        #expect(found.choice == 1 && found.reason.contains("a part of the rows"))
    }

    @Test func `what only another query would use, and what was not measured to the end, is not chosen`() {
        let bad = option(.current, recall: 0.5, p95: 1)
        var cut = option(.settings, p95: 2)
        cut.isCut = true
        #expect(best(source, bad, cut, option(.information, p95: 1), option(.noIndex, p95: 20)).choice == 3)
    }

    @Test func `where the source is bad, what is hardly better is not chosen if something good is as fast`() {
        let poor = option(.current, recall: 0.1, p95: 25)
        let found = best(
            poor, option(.current, recall: 0.6, p95: 1), option(.settings, recall: 0.95, p95: 20),
            option(.noIndex, p95: 24))
        #expect(found.choice == 1 && found.reason.contains("misses less"))
        #expect(best(poor, option(.current, recall: 0.6, p95: 1), option(.noIndex, p95: 90)).choice == 0)
    }

    @Test func `a setting has the value that the column needs which needs most`() {
        func column(_ settings: TuneSetting...) -> TunedColumn {
            TunedColumn(
                table: QualifiedName(schema: "public", name: "items"), column: "embedding", distance: "<->", k: 20,
                queries: 100,
                isEstimate: true, reference: source, options: [option(.settings, p95: 1, settings: settings)],
                choice: 0,
                reason: "")
        }
        let few = TuneSetting(name: "ivfflat.probes", value: "4")
        let many = TuneSetting(name: "ivfflat.probes", value: "16")
        let scan = TuneSetting(name: "ivfflat.iterative_scan", value: "relaxed_order")
        var without = column(few)
        without.choice = nil
        let together = TuneChoice.together([column(few, scan), column(many), without]).map { $0?.settings }
        #expect(together == [[many, scan], [many], nil])
    }

    @Test func `what no one notices is as fast`() {
        let quick = option(.current, p95: 0.2)
        #expect(
            best(quick, option(.current, recall: 0.5, p95: 0.1), option(.noIndex, p95: 4.9)).reason.contains("fastest"))
        #expect(TuneChoice.judged(option(.noIndex, p95: 27), by: source).isAsFast)
        #expect(!TuneChoice.judged(option(.noIndex, p95: 28), by: source).isAsFast)
    }

    // MARK: What is tried

    private func candidates(
        _ method: String?, _ options: [String: String] = [:], settings: [String: String],
        pgvector: PgvectorVersion = PgvectorVersion(0, 8, 5), rows: Int = 50_000, isExchangeable: Bool = true
    ) -> TuneCandidates {
        let index = method.map { method in
            var index = Fixture.index("items_embedding", method)
            index.options = options
            return index
        }
        return TuneCandidates(
            index: index, settings: settings, pgvector: pgvector, rows: rows,
            form: SearchForm(expression: .column, distance: "<->"),
            column: ColumnPair(
                name: "embedding", type: "vector", vectorType: .vector, dimensions: 1024, textReason: nil),
            isExchangeable: isExchangeable)
    }

    private func texts(_ candidates: [TuneCandidates.Candidate]) -> [String] {
        candidates.map { candidate in
            let settings = candidate.settings.map { "\($0.name)=\($0.value)" }
            let parameters = candidate.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return
                (candidate.kind == .settings ? settings : ["\(candidate.kind)", candidate.method ?? ""] + parameters)
                .joined(separator: " ")
        }
    }

    @Test func `settings up to all lists are tried, and what this pgvector has of iterative scans`() {
        let now = ["ivfflat.probes": "1", "ivfflat.iterative_scan": "off"]
        let found = texts(candidates("ivfflat", ["lists": "20"], settings: now).ofSettings)
        #expect(
            found == [
                "ivfflat.probes=2", "ivfflat.probes=4", "ivfflat.probes=8", "ivfflat.probes=16", "ivfflat.probes=20",
                "ivfflat.iterative_scan=relaxed_order", "ivfflat.probes=2 ivfflat.iterative_scan=relaxed_order",
                "ivfflat.probes=4 ivfflat.iterative_scan=relaxed_order",
                "ivfflat.probes=8 ivfflat.iterative_scan=relaxed_order",
                "ivfflat.probes=16 ivfflat.iterative_scan=relaxed_order",
                "ivfflat.probes=1 ivfflat.iterative_scan=relaxed_order ivfflat.max_probes=5",
            ])
        let old = candidates(
            "ivfflat", ["lists": "3"], settings: ["ivfflat.probes": "1"], pgvector: PgvectorVersion(0, 5, 1))
        #expect(texts(old.ofSettings) == ["ivfflat.probes=2", "ivfflat.probes=3"])
        #expect(texts(candidates("hnsw", settings: ["hnsw.ef_search": "1000"]).ofSettings) == [])
        #expect(texts(candidates(nil, settings: [:]).ofSettings) == [])
    }

    @Test func `definitions are tried that differ from what there is and that this pgvector can build`() {
        let lists = candidates("ivfflat", ["lists": "100"], settings: [:])
        #expect(texts(lists.ofDefinitions) == ["definition ivfflat lists=50", "definition hnsw", "information hnsw"])
        #expect(
            texts(
                candidates("ivfflat", ["lists": "50"], settings: [:], pgvector: PgvectorVersion(0, 5, 1)).ofDefinitions)
                == ["definition hnsw"])
        #expect(
            texts(candidates("hnsw", settings: [:]).ofDefinitions) == [
                "definition ivfflat lists=50", "information hnsw",
            ])
        #expect(texts(candidates("ivfflat", settings: [:], rows: 0).ofDefinitions) == [])
        #expect(texts(candidates("ivfflat", settings: [:], isExchangeable: false).ofDefinitions) == [])
    }
}
