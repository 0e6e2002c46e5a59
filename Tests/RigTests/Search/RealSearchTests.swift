import Ferry
import RigSupport
import Testing

/// Real embeddings, real questions, and Bedrock Chat's schema: what vecferry says of searches is what people get.
@Suite struct RealSearchTests {
    /// The bots with so many rows that the server chooses the vector index.
    private static let large = ["manual-en", "pydoc", "changelogs", "licences"]

    private func search(_ databases: RigDatabases, _ request: SearchRequest) async throws -> SearchReport {
        var verify = VerifyRequest()
        verify.search = request
        return try #require(try await databases.verify(verify).searches.first)
    }

    private func set(_ setting: String, to value: Int, in database: RigDatabase) throws {
        try database.run("SELECT '[1]'::vector; ALTER DATABASE \(database.name) SET \(setting) = \(value)")
    }

    /// The mean recall of the large bots, each counted alike.
    private func mean(_ recall: (String) throws -> Double) rethrows -> Double {
        try Self.large.reduce(0) { try $0 + recall($1) } / Double(Self.large.count)
    }

    private func mean(_ report: SearchReport, _ figures: (SearchBot) -> SearchFigures) throws -> Double {
        try mean { name in
            let bot = try #require(report.bots.first { $0.bot == name })
            return figures(bot).recall ?? 0
        }
    }

    @Test
    func `searches of a copy are found to be worse, for the right bots and by the right amount, and the remedy helps`()
        async throws
    {
        try await RealSearch.withDatabases { databases in
            var unhurried = SearchRequest(queries: 100)
            unhurried.limit = .seconds(600)
            let report = try await databases.engine().copy(CopyRequest(), search: unhurried)
            #expect(report.outcome == .proven)
            let check = try #require(report.searches?.first)
            #expect(check.isEstimate && !check.isCut && check.k == 20 && check.queries == 100 && check.differing == 0)
            #expect(check.isWorse && !report.searchesAreAsGood)
            #expect(Set(check.worseBots.compactMap(\.bot)).isSubset(of: Self.large) && check.worseBots.count >= 3)
            // The small ones are searched too.
            #expect(check.bots.count == 7 && check.bots.allSatisfy { $0.source.queries > 0 })
            #expect(report.notes.filter { $0.code == .recallLower } == [try #require(check.loss)])
            #expect(check.target.partRead ?? 1 < 0.1 && check.source.choosesIndex && check.target.choosesIndex)

            // The same questions, asked by psql.
            let measured = try RealSearch.measure(databases.target)
            var request = SearchRequest(queries: 350)
            request.given = try RealSearch.questions()
            let asked = try await search(databases, request)
            #expect(!asked.isEstimate && asked.queries == 350)
            for bot in asked.bots {
                let theirs = try #require(measured[bot.bot ?? ""])
                #expect(bot.target.expected == theirs.expected && bot.target.empty == theirs.empty)
                // Rows that are equally near may come in another order.
                #expect(abs(bot.target.found - theirs.found) <= theirs.expected / 200, "\(bot) \(theirs)")
            }

            // A later run of the same command still knows.
            let again = try await databases.engine().copy(CopyRequest(), search: SearchRequest(queries: 100))
            #expect(again.outcome == .alreadyFinished && again.searches == report.searches && !again.searchesAreAsGood)

            let remedy = try #require(check.remedy)
            try Psql.run(databases.target.uri, remedy.statements.joined(separator: "; "))
            let after = try await search(databases, request)
            #expect(!after.isWorse && after.target.figures.empty == 0)
            for bot in after.bots { #expect(bot.target.recall ?? 0 > (bot.source.recall ?? 1) - 0.02, "\(bot)") }
        }
    }

    /// Which lists an index has is chance, and which questions are asked is too: the mean of several indexes is compared.
    @Test func `queries that are made from rows find as much as real questions do, within 0.05`() async throws {
        try await RealSearch.withDatabases { databases in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            // Only the target is of interest, and the source takes ten times as long.
            try databases.source.run("DROP INDEX idx_items_embedding")
            var errors: [Double] = []
            func compare(_ what: String) async throws {
                let measured = try RealSearch.measure(databases.target)
                let real = try mean { try #require(measured[$0]).recall }
                let made = try await search(databases, SearchRequest(queries: 200))
                errors.append(try mean(made, \.target) - real)
                print("\(what): real \(real), estimated \(real + (errors.last ?? 0))")
            }
            for build in 1...(Rig.isSoak ? 4 : 1) {
                try databases.target.run("REINDEX INDEX idx_items_embedding")
                for probes in [1, 3] {
                    try set("ivfflat.probes", to: probes, in: databases.target)
                    try await compare("build \(build), probes \(probes)")
                }
            }
            try databases.target.run(
                """
                DROP INDEX idx_items_embedding, idx_items_botid;
                CREATE INDEX idx_items_embedding ON items USING hnsw (embedding vector_l2_ops);
                ALTER DATABASE \(databases.target.name) SET enable_seqscan = off
                """)
            try await compare("hnsw")
            #expect(abs(errors.reduce(0, +) / Double(errors.count)) < 0.05, "\(errors)")
            #expect(errors.allSatisfy { abs($0) < 0.15 }, "\(errors)")
        }
    }

    @Test func `the plan says it beforehand, from the statistics and the settings of the owner`() async throws {
        try await RealSearch.withDatabases { databases in
            func forecast() async throws -> Note? {
                try await databases.engine().plan(CopyRequest()).notes.first { $0.code == .approximateAnswers }
            }
            let note = try #require(try await forecast())
            #expect(
                note.message.contains("reads 1 (ivfflat.probes): about 57 of 5,648 rows, and of a typical bot's 1,5"))
            try set("ivfflat.probes", to: 4, in: databases.target)
            #expect(try #require(try await forecast()).message.contains("reads 4 (ivfflat.probes): about 226 of 5,648"))
            try databases.target.run(
                "SELECT '[1]'::vector; ALTER ROLE postgres IN DATABASE \(databases.target.name) SET ivfflat.probes = 10"
            )
            #expect(try await forecast() == nil)
        }
    }

    @Test func `questions about what another bot knows show how many get no answer`() async throws {
        try await RealSearch.withDatabases { databases in
            #expect(try await databases.engine().copy(CopyRequest()).outcome == .proven)
            var request = SearchRequest(queries: 50)
            request.given = try RealSearch.questions().filter { $0.bot == "licences" }.map {
                GivenQuery(vector: $0.vector, bot: "manual-en")
            }
            let report = try await search(databases, request)
            #expect(report.target.figures.empty > report.source.figures.empty && report.isWorse)
            #expect(report.bots.map(\.bot) == ["manual-en"])
            let note = try #require(report.loss)
            #expect(note.message.contains("\(report.target.figures.empty) of 50 answers are empty"))
        }
    }
}
