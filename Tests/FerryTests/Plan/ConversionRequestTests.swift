import Testing

@testable import Ferry

@Suite struct ConversionRequestTests {
    @Test func `a table, a column and a type are read as psql reads names`() throws {
        let plain = try #require(ConversionRequest("Items.Embedding=HALFVEC"))
        #expect(plain.table == "Items" && plain.column == "embedding" && plain.conversion == .halfvec)
        let quoted = try #require(
            ConversionRequest(#"public."My.Table"."a ""=b""".c.d"#.replacing(#".c.d"#, with: "=halfvec")))
        #expect(quoted.table == #"public."My.Table""# && quoted.column == #"a "=b""#)
        for request in [plain, quoted] { #expect(ConversionRequest(request.text) == request) }
    }

    @Test(arguments: [
        "", "items", "items.embedding", "items.embedding=", "items.embedding=vector", "embedding=halfvec",
        ".embedding=halfvec", "items.=halfvec", #"items."embedding=halfvec"#, #"items.""=halfvec"#, "a.b.c.d=halfvec",
    ])
    func `what is no conversion is refused`(text: String) { #expect(ConversionRequest(text) == nil) }

    @Test func `a pattern names the columns of every table that it matches`() throws {
        let requests = try ["public.i*.embedding=halfvec", "logs.v=halfvec"].map { try #require(ConversionRequest($0)) }
        #expect(requests.columns(of: QualifiedName(schema: "public", name: "items")) == ["embedding": .halfvec])
        #expect(requests.columns(of: QualifiedName(schema: "other", name: "logs")) == ["v": .halfvec])
        #expect(requests.columns(of: QualifiedName(schema: "other", name: "items")) == [:])
    }

    @Test(arguments: [
        ("vector", "halfvec"), ("vector(3)", "halfvec(3)"), ("public.vectors", nil), ("vector[]", nil), ("text", nil),
    ])
    func `a type keeps its dimensions`(from: String, to: String?) {
        #expect(ColumnConversion.halfvec.type(from: from) == to)
    }

    @Test func `an index follows the column to the operator class of the other type, and others stay`() {
        let column = ColumnPair(
            name: "embedding", type: "vector(1024)", vectorType: .vector, dimensions: 1024, conversion: .halfvec)
        let index = Fixture.index("items_embedding", "hnsw", operatorClass: "vector_cosine_ops", options: ["m": "8"])
        let converted = index.converting(column)
        #expect(converted.operatorClasses == ["halfvec_cosine_ops"] && converted.parts.keyType == "halfvec")
        #expect(
            converted.definition
                == "CREATE INDEX items_embedding ON public.items USING hnsw (embedding public.halfvec_cosine_ops) WITH (m = 8)"
        )
        var other = column
        other.name = "title"
        let plain = Fixture.index("items_botid", "btree", operatorClass: "vector_ops")
        for (index, column) in [(index, other), (index, column.on(.source)), (plain, column)] {
            #expect(index.converting(column).definition == index.definition)
            #expect(index.converting(column).parts.keyType == index.parts.keyType)
        }
    }
}
