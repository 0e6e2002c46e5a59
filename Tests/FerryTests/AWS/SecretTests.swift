import Testing

@testable import Ferry

@Suite struct SecretTests {
    @Test(
        arguments: [
            ("prod/db", .stored(id: "prod/db", stage: .current)),
            ("prod/db:AWSPREVIOUS", .stored(id: "prod/db", stage: .previous)),
            ("prod/db:AWSCURRENT", .stored(id: "prod/db", stage: .current)),
            ("/prod/db", .stored(id: "/prod/db", stage: .current)),
            ("/there", .file(path: "/there")),
            ("file:db.json", .file(path: "db.json")),
            ("file:///etc/db.json", .file(path: "/etc/db.json")),
            ("env:DB_LOGIN", .variable(name: "DB_LOGIN")),
            ("", nil), (":AWSPREVIOUS", nil), ("file:", nil), ("env:", nil),
        ] as [(String, SecretReference?)])
    func `a secret is an ARN or a name with a stage, or a file`(text: String, reference: SecretReference?) {
        #expect(SecretReference(text, isFile: { $0 == "/there" }) == reference)
    }

    @Test func `an ARN is read in its own region`() throws {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:VectorStoreClusterSecret-AbCdEf"
        let stored = try #require(SecretReference("\(arn):AWSPREVIOUS", isFile: { _ in false }))
        #expect(
            stored.arguments == [
                "secretsmanager", "get-secret-value", "--secret-id", arn, "--version-stage", "AWSPREVIOUS", "--output",
                "json",
                "--region", "eu-west-1",
            ])
        let named = try #require(SecretReference("name", isFile: { _ in false }))
        #expect(named.arguments?.contains("--region") == false)
    }

    @Test func `a secret as CDK makes it is read`() throws {
        let login = try SecretLogin(
            json: """
                {"dbClusterIdentifier":"c","password":"p","dbname":"postgres","engine":"postgres","port":5432,
                "host":"c.cluster-x.eu-west-1.rds.amazonaws.com","username":"postgres"}
                """)
        #expect(login.user == "postgres" && login.password == "p" && login.port == "5432")
        #expect(login.host == "c.cluster-x.eu-west-1.rds.amazonaws.com" && login.database == "postgres")
    }

    @Test func `odd characters, a port as text and missing parts are read`() throws {
        let odd = try SecretLogin(
            json: #"{"username":"a b","password":"' \\ = \" é\u20ac\n","port":"6543","masterarn":{},"x":null}"#)
        #expect(odd.user == "a b" && odd.password == "' \\ = \" é€\n" && odd.port == "6543")
        #expect(odd.host == nil && odd.database == nil)
        let empty = try SecretLogin(
            json: #"{"username":"a","password":"b","host":"","dbname":null,"port":"","engine":"aurora-postgresql"}"#)
        #expect(empty.host == nil && empty.database == nil && empty.port == nil)
    }

    @Test(arguments: [
        ("hunter2", "is not a JSON object"), (#"["hunter2"]"#, "is not a JSON object"),
        (#"{"username":"u","password":["hunter2"]}"#, "is not a JSON object"),
        (#"{"password":"hunter2"}"#, "has no username"),
        (#"{"username":"","password":"hunter2"}"#, "has no username"), (#"{"username":"hunter2"}"#, "has no password"),
        (#"{"username":"u","password":"hunter2","engine":"mysql"}"#, "of another engine (mysql)"),
        (#"{"username":"u","password":"hunter2","port":"hunter2"}"#, "port that is no number"),
        (#"{"username":"u","password":"hunter2","port":0}"#, "port that is no number"),
        (#"{"username":"u","password":"hunter2\u0000"}"#, "zero byte"),
    ])
    func `what is wrong with a secret is said without showing it`(json: String, message: String) {
        let fault = #expect(throws: SecretLogin.Fault.self) { try SecretLogin(json: json) }
        #expect(fault?.message.contains(message) == true && fault?.message.contains("hunter2") == false)
    }

    @Test(arguments: [
        ("db.cluster-c0ffee.ap-northeast-1.rds.amazonaws.com", "ap-northeast-1"),
        ("DB.cn-north-1.rds.amazonaws.com.cn", "cn-north-1"), ("127.0.0.1", nil), ("rds.amazonaws.com", nil),
        ("db.eu-west-1.rds.example.com", nil),
    ])
    func `the region of a token is that of the endpoint`(host: String, region: String?) {
        #expect(Credentials.region(of: host) == region)
    }

    @Test(
        arguments: [
            (
                "\nAn error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find it.\n",
                "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find it.",
                "AWS_REGION"
            ),
            (
                "An error occurred (AccessDeniedException) when calling the X operation: User: arn:aws:iam::1:user/u is not authorized to "
                    + "perform: secretsmanager:GetSecretValue on resource: y",
                "secretsmanager:GetSecretValue on resource: y.",
                "Allow the action secretsmanager:GetSecretValue"
            ),
            (
                "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
                "Unable to", "Sign in"
            ),
            (
                "The SSO session associated with this profile has expired or is otherwise invalid.", "The SSO",
                "Sign in to AWS again"
            ),
            (
                "An error occurred (ExpiredTokenException) when calling the Scan operation: expired", "expired.",
                "Sign in to AWS again"
            ),
            (
                "\nYou must specify a region. You can also configure your region by running \"aws configure\".",
                "You must", "AWS_REGION"
            ),
            ("Could not connect to the endpoint URL: \"https://x\"", "Could not", "reaches AWS"),
            ("The config profile (nope) could not be found", "The config profile (nope)", "AWS_PROFILE"),
            (
                "An error occurred (ThrottlingException) when calling the Scan operation (reached max retries: 2): Rate exceeded",
                "Rate",
                "Wait a minute"
            ),
            ("", "It printed no error message.", nil),
        ] as [(String, String, String?)])
    func `what aws says is told with what to do`(text: String, message: String, hint: String?) {
        let fault = AWSFault(text)
        #expect(fault.message.contains(message), "\(fault.message)")
        if let hint { #expect(fault.hint?.contains(hint) == true) } else { #expect(fault.hint == nil) }
    }
}
