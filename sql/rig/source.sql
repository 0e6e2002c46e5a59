-- Creates the source as Bedrock Chat v0 left it: `items` with :rows rows under the indexes that v0 created before the
-- first row came, and a company's own tables beside it. DROPS and recreates all of them. The same :rows (default
-- 60000) gives the same rows. Runs on the source; PostgreSQL 15 and pgvector 0.5, and later.
--
--     psql -X -v ON_ERROR_STOP=1 -v rows=60000 -f sql/rig/source.sql

\set QUIET on
\if :{?rows}
\else
    \set rows 60000
\endif

SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET search_path = public, pg_temp;
SET TimeZone = 'UTC';
SET synchronous_commit = off;
-- With less work_mem, the sort into the order of ingest would spill 300 MB at 60,000 rows. JIT costs more than it saves.
SET work_mem = '256MB';
SET jit = off;

DROP VIEW IF EXISTS public.bot_knowledge;
DROP TABLE IF EXISTS public.bot_document_chunk, public.bot_document, public.app_migration;

\ir bedrock-chat.sql
\ir company.sql

-- All random values come from hashes, not from random(), so that no query plan changes the data.

-- A pseudorandom number in [0, n) for item `i`. A `salt` for each column makes the columns independent.
CREATE FUNCTION pg_temp.draw(i bigint, salt bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT ((hashint8extended(i, salt) & 9007199254740991) % n)::int
$$;

-- Crockford's base32, 10 digits (the time of a ULID) and 8 (half of its randomness). Spelled out, so that PostgreSQL
-- inlines it: a loop per row would be the slowest part of the seed.
CREATE FUNCTION pg_temp.base32_8(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n >> 35 & 31)::int + 1, 1)
        || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n >> 30 & 31)::int + 1, 1)
        || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n >> 25 & 31)::int + 1, 1)
        || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n >> 20 & 31)::int + 1, 1)
        || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n >> 15 & 31)::int + 1, 1)
        || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n >> 10 & 31)::int + 1, 1)
        || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n >> 5 & 31)::int + 1, 1)
        || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (n & 31)::int + 1, 1)
$$;

CREATE FUNCTION pg_temp.ulid(ms bigint, i bigint, salt bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(pg_temp.base32_8(ms >> 40), 7) || pg_temp.base32_8(ms)
        || pg_temp.base32_8(hashint8extended(i, salt)) || pg_temp.base32_8(hashint8extended(i, salt + 1))
$$;

-- Sentences ---------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE language (
    lang text PRIMARY KEY,
    n int NOT NULL,
    file_name text NOT NULL
);

INSERT INTO language VALUES
    ('en', 0, 'Employee Handbook'), ('de', 1, 'Betriebsanweisung für Prüfgeräte'), ('ja', 2, '社内規程集'),
    ('ar', 3, 'دليل الموظف'), ('hi', 4, 'कर्मचारी पुस्तिका'), ('zh', 5, '员工手册'), ('fr', 6, 'Règlement intérieur'),
    ('he', 7, 'מדריך לעובד'), ('pt', 8, 'Política de férias');

-- Six themes, as in a company's help desk: 0 returns, 1 sign-in, 2 leave, 3 invoices, 4 backups, 5 machinery. Sentences of
-- theme NULL fit all of them.
CREATE TEMP TABLE sentence (
    lang text NOT NULL,
    theme int,
    body text NOT NULL
);

INSERT INTO sentence VALUES
    ('en', 0, 'Goods may be returned within 30 days; the refund reaches the original payment method in five days.'),
    ('en', 0, 'Print the return label from your order page and hand the parcel in at any depot.'),
    ('en', 1, 'If the one-time code is rejected, check that the phone''s clock is right and sign in again.'),
    ('en', 1, 'Single sign-on ends after twelve hours; an administrator can shorten, never lengthen, that time.'),
    ('en', 2, 'Unused annual leave carries over until 31 March and is lost afterwards.'),
    ('en', 2, 'Parental leave is requested seven weeks ahead, in writing, from the people team.'),
    ('en', 3, 'An invoice without a purchase order number goes back to the supplier unpaid.'),
    ('en', 3, 'VAT is shown per line; rounding happens once, on the total.'),
    ('en', 4, 'Restore the snapshot into a temporary cluster first: the new one must never be overwritten.'),
    ('en', 4, 'Backups are kept for 35 days, and one restore a quarter is rehearsed and timed.'),
    ('en', 5, 'Switch the press off and lock the mains before you open the guard.'),
    ('en', 5, 'Replace the hydraulic filter every 500 hours, or sooner when the gauge leaves the green field.'),
    ('en', NULL, 'See the appendix for exceptions and for whom to ask.'),
    ('en', NULL, 'This section was last reviewed by the policy board; earlier versions no longer apply. ✅'),
    ('de', 0,
        'Rücksendungen sind binnen 14 Tagen möglich; die Erstattung erfolgt über das ursprüngliche Zahlungsmittel.'),
    ('de', 0, 'Größere Stücke holt die Spedition nach Vereinbarung ab – bitte die Originalverpackung aufbewahren.'),
    ('de', 1, 'Wird der Einmalcode abgelehnt, prüfen Sie zuerst die Uhrzeit des Geräts.'),
    ('de', 1, 'Nach fünf Fehlversuchen wird das Konto für eine Viertelstunde gesperrt.'),
    ('de', 2,
        'Resturlaub verfällt am 31. März des Folgejahres, sofern der Betrieb rechtzeitig darauf hingewiesen hat.'),
    ('de', 2, 'Elternzeit ist sieben Wochen vor Beginn schriftlich zu beantragen.'),
    ('de', 3, 'Rechnungen ohne Bestellnummer gehen unbezahlt an den Lieferanten zurück.'),
    ('de', 3, 'Die Umsatzsteuer wird je Position ausgewiesen und erst in der Summe gerundet.'),
    ('de', 4, 'Der Schnappschuss wird zuerst in einen Übergangscluster eingespielt und dort geprüft.'),
    ('de', 4, 'Datensicherungen werden 35 Tage aufbewahrt; einmal im Quartal wird die Rücksicherung geübt.'),
    ('de', 5, 'Vor dem Öffnen der Schutzhaube ist die Presse auszuschalten und der Hauptschalter zu verriegeln.'),
    ('de', 5, 'Der Hydraulikölfilter ist alle 500 Betriebsstunden zu wechseln.'),
    ('de', NULL, 'Näheres regelt die Anlage; im Zweifel gilt die jeweils jüngste Fassung.'),
    ('de', NULL, 'Zuständig ist die Geschäftsstelle, Straße der Einheit 7, erreichbar werktags von 9 bis 17 Uhr.'),
    ('ja', 0, '返品は商品到着後30日以内に限り承ります。返金はお支払い時と同じ方法で行われます。'),
    ('ja', 0, 'ご注文ページから返送用ラベルを印刷し、最寄りの営業所にお持ち込みください。'),
    ('ja', 1, 'ワンタイムコードが受け付けられない場合は、端末の時刻が正しいかどうかを確認してください。'),
    ('ja', 1, 'パスワードを5回間違えると、アカウントは15分間ロックされます。'),
    ('ja', 2, '年次有給休暇の残日数は翌年度末まで繰り越すことができます。'),
    ('ja', 2, '育児休業は開始日の1か月前までに書面で申請してください。'),
    ('ja', 3, '注文番号の記載がない請求書は、支払わずに差し戻します。'),
    ('ja', 3, '消費税は明細ごとに表示し、端数は合計額で一度だけ処理します。'),
    ('ja', 4, 'スナップショットはまず一時クラスターに復元し、内容を確認してから移行します。'),
    ('ja', 4, 'バックアップは35日間保管し、四半期ごとに復元訓練を行います。'),
    ('ja', 5, '安全カバーを開ける前に、必ずプレス機の電源を切り、主電源を施錠してください。'),
    ('ja', 5, '油圧フィルターは500時間ごとに交換します。'),
    ('ja', NULL, '例外については付録を参照してください。'),
    ('ja', NULL, '本規程は2024年4月1日から施行する。㈱髙橋製作所(さいたま市)'),
    ('ar', 0, 'يمكن إرجاع البضائع خلال 30 يومًا، ويُردّ المبلغ إلى وسيلة الدفع الأصلية خلال خمسة أيام.'),
    ('ar', 0, 'اطبع ملصق الإرجاع من صفحة الطلب وسلّم الطرد في أقرب مركز.'),
    ('ar', 1, 'إذا رُفض رمز الدخول فتأكد من صحة الساعة في هاتفك ثم حاول مرة أخرى.'),
    ('ar', 1, 'يُقفل الحساب ربع ساعة بعد خمس محاولات خاطئة.'),
    ('ar', 2, 'تُرحَّل الإجازة السنوية غير المستعملة حتى نهاية شهر مارس.'),
    ('ar', 2, 'تُطلب إجازة الوالدين كتابيًا قبل سبعة أسابيع من بدايتها.'),
    ('ar', 3, 'تُعاد الفاتورة التي لا تحمل رقم أمر الشراء إلى المورّد دون دفع.'),
    ('ar', 3, 'تظهر ضريبة القيمة المضافة في كل بند (VAT 15%) ويُقرَّب المجموع مرة واحدة.'),
    ('ar', 4, 'استعد اللقطة أولًا في عنقود مؤقت وتحقق منها قبل النقل.'),
    ('ar', 4, 'تُحفظ النسخ الاحتياطية خمسة وثلاثين يومًا.'),
    ('ar', 5, 'أطفئ المكبس واقفل المفتاح الرئيسي قبل فتح غطاء الحماية.'),
    ('ar', 5, 'استبدل مرشّح الزيت كل ٥٠٠ ساعة عمل.'),
    ('ar', NULL, 'انظر الملحق لمعرفة الاستثناءات.'),
    ('hi', 0, 'सामान 30 दिनों के भीतर लौटाया जा सकता है; राशि मूल भुगतान माध्यम में वापस की जाएगी।'),
    ('hi', 0, 'ऑर्डर पृष्ठ से वापसी लेबल छापकर पार्सल किसी भी केंद्र पर जमा करें।'),
    ('hi', 1, 'यदि एक बार का कोड अस्वीकार हो जाए, तो फ़ोन की घड़ी जाँचकर फिर से साइन इन करें।'),
    ('hi', 1, 'पाँच ग़लत प्रयासों के बाद खाता पंद्रह मिनट के लिए बंद हो जाता है।'),
    ('hi', 2, 'बची हुई वार्षिक छुट्टी 31 मार्च तक ली जा सकती है।'),
    ('hi', 2, 'मातृत्व और पितृत्व अवकाश के लिए सात सप्ताह पहले लिखित आवेदन दें।'),
    ('hi', 3, 'क्रय आदेश संख्या के बिना चालान बिना भुगतान लौटा दिया जाता है।'),
    ('hi', 3, 'जीएसटी हर पंक्ति में दिखाया जाता है और केवल कुल राशि पूर्णांकित होती है।'),
    ('hi', 4, 'स्नैपशॉट को पहले अस्थायी क्लस्टर में पुनर्स्थापित करें और जाँच लें।'),
    ('hi', 4, 'बैकअप 35 दिनों तक रखे जाते हैं।'),
    ('hi', 5, 'सुरक्षा ढक्कन खोलने से पहले प्रेस बंद करें और मुख्य स्विच पर ताला लगाएँ।'),
    ('hi', 5, 'हाइड्रोलिक फ़िल्टर हर 500 घंटे पर बदलें।'),
    ('hi', NULL, 'अपवादों के लिए परिशिष्ट देखें।'),
    ('zh', 0, '商品可在30天内退货,退款将在五个工作日内原路退回。'),
    ('zh', 0, '请在订单页面打印退货标签,并将包裹交到任一网点。'),
    ('zh', 1, '如果一次性验证码被拒绝,请先检查手机时间是否正确,然后重新登录。'),
    ('zh', 1, '连续输错五次密码,账户将被锁定十五分钟。'),
    ('zh', 2, '未休的年假可以结转到次年三月三十一日,逾期作废。'),
    ('zh', 2, '育儿假须提前七周以书面形式申请。'),
    ('zh', 3, '没有采购订单号的发票将退回供应商,不予付款。'),
    ('zh', 3, '增值税按行列示,只对合计金额四舍五入。'),
    ('zh', 4, '请先将快照恢复到临时集群,核对无误后再迁移。'),
    ('zh', 4, '备份保留三十五天,每季度演练一次恢复。'),
    ('zh', 5, '打开防护罩之前,必须关闭压力机并锁定总电源。'),
    ('zh', 5, '液压油滤芯每运行五百小时更换一次。'),
    ('zh', NULL, '例外情况见附录。联系人:𠮷田,分机 7021。'),
    ('fr', 0,
        'Les articles peuvent être retournés sous trente jours ; le remboursement suit le paiement d''origine.'),
    ('fr', 0, 'Imprimez l''étiquette de retour et déposez le colis dans un point relais à côté de chez vous.'),
    ('fr', 1, 'Si le code à usage unique est refusé, vérifiez l''heure de l''appareil puis réessayez.'),
    ('fr', 1, 'Après cinq échecs, le compte est bloqué un quart d''heure.'),
    ('fr', 2, 'Les congés non pris sont reportés jusqu''au 31 mars, puis perdus.'),
    ('fr', 2, 'Le congé parental se demande par écrit, sept semaines à l''avance.'),
    ('fr', 3, 'Une facture sans numéro de commande est renvoyée impayée au fournisseur : 1 250,00 € HT au plus.'),
    ('fr', 3, 'La TVA figure à chaque ligne ; on n''arrondit que le total.'),
    ('fr', 4, 'Restaurez d''abord l''instantané dans une grappe provisoire et contrôlez-le.'),
    ('fr', 4, 'Les sauvegardes sont gardées trente-cinq jours, où qu''elles aient été créées.'),
    ('fr', 5, 'Coupez la presse et cadenassez l''arrivée électrique avant d''ouvrir le carter.'),
    ('fr', 5, 'Remplacez le filtre à huile toutes les cinq cents heures.'),
    ('fr', NULL, 'Pour les dérogations, voir l''annexe.'),
    ('he', 0, 'ניתן להחזיר מוצרים בתוך 30 יום, וההחזר יבוצע לאמצעי התשלום המקורי.'),
    ('he', 1, 'אם הקוד החד־פעמי נדחה, בדקו את השעון בטלפון והתחברו שוב דרך SSO.'),
    ('he', 2, 'ימי חופשה שלא נוצלו נשמרים עד 31 במרץ.'),
    ('he', 3, 'חשבונית ללא מספר הזמנה תוחזר לספק ללא תשלום.'),
    ('he', 4, 'שחזרו תחילה את תמונת המצב לאשכול זמני ובדקו אותה.'),
    ('he', 5, 'כבו את המכבש ונעלו את המפסק הראשי לפני פתיחת המגן.'),
    ('he', NULL, 'לחריגים ראו נספח א׳.'),
    ('pt', 0, 'As mercadorias podem ser devolvidas em até 30 dias; o reembolso segue o meio de pagamento original.'),
    ('pt', 1, 'Se o código de uso único for recusado, confira a hora do aparelho e entre de novo. 🔐'),
    ('pt', 2, 'As férias não gozadas passam para o ano seguinte e caducam em 31 de março. 🏖️'),
    ('pt', 3, 'A fatura sem número de encomenda é devolvida ao fornecedor sem pagamento.'),
    ('pt', 4, 'Restaure primeiro o instantâneo num cluster temporário e verifique-o.'),
    ('pt', 5, 'Desligue a prensa e tranque o quadro elétrico antes de abrir a proteção. ⚠️'),
    ('pt', NULL, 'Exceções: ver anexo. Dúvidas: equipa de apoio 👩🏽‍💻.');

-- French arrives decomposed (a base letter and a combining accent), as macOS and many PDF extractors write it.
UPDATE sentence SET body = normalize(body, NFD) WHERE lang = 'fr';

-- 32 paragraphs of one to nine sentences for each language and theme: a row then needs one join for its text.
CREATE TEMP TABLE paragraph AS
SELECT l.n AS lang, t AS theme, p, string_agg(s.body, CASE WHEN l.lang IN ('ja', 'zh') THEN '' ELSE ' ' END ORDER BY k)
    AS body
FROM language AS l, generate_series(0, 5) AS t, generate_series(0, 31) AS p,
    generate_series(1, 1 + pg_temp.draw(l.n * 1000 + t * 100 + p, 1, 9)) AS k,
    LATERAL (
        SELECT body FROM sentence
        WHERE lang = l.lang AND (theme = t OR theme IS NULL)
        -- The key includes k, so that each place in the paragraph gets a sentence of its own.
        ORDER BY hashtextextended(body, l.n * 100000 + t * 10000 + p * 100 + k) LIMIT 1
    ) AS s
GROUP BY l.n, l.lang, t, p;

CREATE TEMP TABLE long_text AS
SELECT lang, theme, string_agg(body, E'\n\n' ORDER BY p) AS body FROM paragraph GROUP BY lang, theme;

-- Vectors -----------------------------------------------------------------------------------------------------------

-- Real embeddings lie in clusters within clusters. An embedding here is the sum of what all texts share, its theme, its
-- bot, its document and itself (twice, out of pools whose sizes are prime to each other: no two rows draw the same
-- pair). `norm2` is each part's squared length; an embedding's parts add up to 1. Texts of one document thus have
-- a cosine of 0.7, those of one bot and theme 0.55, strangers 0.25.
CREATE TEMP TABLE part AS
SELECT kind, n,
    ARRAY(
        SELECT (hashint8extended(n * 1024 + d, kind) / 9223372036854775808.0::float8 * sqrt(3 * norm2 / 1024))::real
        FROM generate_series(1, 1024) AS d
    )::vector(1024) AS v
FROM (VALUES (1, 1, 0.25), (2, 6, 0.18), (3, 127, 0.12), (4, 331, 0.15), (5, 599, 0.15), (6, 601, 0.15))
        AS kinds (kind, size, norm2),
    generate_series(0, size - 1) AS n;

-- Bots --------------------------------------------------------------------------------------------------------------

-- Sizes follow Zipf's law, and fall faster at the end: a few bots have thousands of rows, several have one. The bots were
-- created in random order. Bot number 0 was deleted in the app later, and leaves a hole in the heap.
CREATE TEMP TABLE bot AS
WITH
    ranked AS (
        SELECT k, power(k, -0.7) * power((n - k + 1) / n, 3) AS weight, n
        FROM (SELECT greatest(3, round(sqrt(:rows) / 2))::float8 AS n) AS c, generate_series(1, n::int) AS k
    ),
    sized AS (
        SELECT k, 1 + floor((:rows - n) * weight / sum(weight) OVER ())::int AS size FROM ranked
    ),
    filled AS (
        -- The largest bot makes up for rounding.
        SELECT k, size + CASE WHEN k = 1 THEN :rows - sum(size) OVER () ELSE 0 END AS size FROM sized
        UNION ALL
        SELECT 0, 1 + :rows / 50
    )
SELECT k::int AS k, size::int AS size,
    (sum(size) OVER arrival)::int - size::int AS first_row,
    CASE WHEN k <> 0 THEN (sum(size) FILTER (WHERE k <> 0) OVER arrival)::int - size::int END AS first_live_row,
    -- Bots were ingested half a day apart, from 2 October 2023 on.
    1696233600000 + 43200000 * rank() OVER arrival AS ingested_ms,
    pg_temp.draw(k, 8, 9) AS lang, 6 + pg_temp.draw(k, 9, 40) AS document_size, NULL::char(26) AS botid
FROM filled
WINDOW arrival AS (ORDER BY CASE WHEN k <> 0 THEN hashint8extended(k, 7) ELSE 0 END);

-- A bot is older than its documents.
UPDATE bot SET botid = pg_temp.ulid(ingested_ms - 3600000 - pg_temp.draw(k, 10, 3600000), k, 11);

-- Two or three themes for each bot; the center of each is computed once.
CREATE TEMP TABLE topic AS
SELECT b.k, t, theme.n AS theme, base.v + theme.v + own.v AS centre
FROM bot AS b, generate_series(0, 2) AS t, part AS base, part AS theme, part AS own
WHERE base.kind = 1 AND theme.kind = 2 AND own.kind = 3
    AND theme.n = (pg_temp.draw(b.k, 13, 6) + t * (1 + pg_temp.draw(b.k, 14, 2))) % 6 AND own.n = (b.k * 3 + t) % 127;

-- A document is a run of rows of one bot, in one language (mostly the bot's) and of one theme.
CREATE TEMP TABLE document AS
SELECT b.k, b.botid, d, b.k * 1000000::bigint + d AS h, topic.theme, topic.centre + part.v AS centre,
    b.first_row + d * b.document_size AS first_row, b.first_live_row + d * b.document_size AS first_live_row,
    b.ingested_ms,
    least(b.size - d * b.document_size, b.document_size) AS size, lang.n AS lang, lang.file_name
FROM bot AS b
CROSS JOIN LATERAL generate_series(0, (b.size - 1) / b.document_size) AS d
JOIN topic ON topic.k = b.k AND topic.t = pg_temp.draw(b.k * 1000000::bigint + d, 15, 3)
JOIN part ON part.kind = 4 AND part.n = pg_temp.draw(b.k * 1000000::bigint + d, 16, 331)
JOIN language AS lang
    ON lang.n = CASE WHEN pg_temp.draw(b.k * 1000000::bigint + d, 17, 5) = 0 THEN 0 ELSE b.lang END;

-- Rows with unusual values. Each replaces one of the first hundred rows that stay; `head` replaces the first components of
-- the embedding.
CREATE TEMP TABLE special (
    i int PRIMARY KEY,
    content text,
    source text,
    head real[]
);

INSERT INTO special VALUES
    (4, NULL, 's3://knowledge/scans/page-0001.tiff', NULL),
    (8, 'Pasted by hand: no source.', NULL, NULL),
    (12, NULL, NULL, NULL),
    (16, '', '', NULL),
    (20, ' ', ' leading and trailing ', NULL),
    (24, 'trailing spaces stay   ', 'C:\Users\Zoë\Desktop\Preisliste 2023 (final).xlsx', NULL),
    (28, E'tab\there\r\nnew line\n\\N is not NULL, \\. ends nothing\\', E'a\\b\tc\nd', NULL),
    (32, E'quotes '' " `, {braces}, (1,"2"), %s $1 $$ ; -- /* */ \x01\x7f', 'https://example.com/?q=%00&a=b#c', NULL),
    (36, '👩‍👩‍👧‍👦 🏳️‍🌈 🇯🇵 👍🏿 🧑🏽‍🚀 ☕️ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠮷', '📎 emoji.md', NULL),
    (40, U&'e\0301 o\0308 n\0303 a\030A\0323 Z\0351\036B\0343', U&'re\0301sume\0301.pdf', NULL),
    (44, U&'\FEFFbyte order mark, no\00A0break, zero\200Bwidth, soft\00ADhyphen, \FFFD', NULL, NULL),
    (48, U&'\202Bمرحبا \2066world\2069 123\202C \200Fשלום\200E', 'مستندات/ملف.pdf', NULL),
    (52, 'ß ẞ ı İ ſ Ǆ ﬁ Ⅷ ① ㎏ K Å', 'ﬁle.txt', NULL),
    (56, repeat('0123456789abcdef', 4096), 'one-line-64k.log', NULL),
    (60, 'Embedding with negative zeros.', 'specials', '{-0,0,-0,0}'),
    (64, 'Embedding with subnormals.', 'specials', '{1e-45,-1e-45,1.1754942e-38,-1.1754942e-38,1.17549435e-38}'),
    (68, 'Embedding of nothing but negative zeros.', 'specials', array_fill('-0'::real, ARRAY[1024])),
    (72, 'Embedding with 17 bits of mantissa to lose.', 'specials', '{0.1,0.33333334,16777217,-1.0000001}'),
    (76, 'Embedding with the largest finite floats: infinitely far from any question.', 'specials',
        '{3.4028235e38,-3.4028235e38}');

-- items -------------------------------------------------------------------------------------------------------------

-- Without statistics the planner joins these by nested loops, which takes five times as long.
ANALYZE part;
ANALYZE document;
ANALYZE paragraph;
ANALYZE long_text;
ANALYZE special;

INSERT INTO items (id, botid, content, source, embedding)
SELECT
    -- 40 ms for each row: v0 requested one embedding after the other from Bedrock.
    pg_temp.ulid(d.ingested_ms + (d.d * 60 + j) * 40, r.i, 20),
    d.botid,
    CASE
        WHEN special.i IS NOT NULL THEN special.content
        -- One row in 400 is a text that the splitter could not split: 20 to 60 kB.
        WHEN pg_temp.draw(r.i, 22, 400) = 0 THEN
            left(repeat(long_text.body, 1 + 60000 / octet_length(long_text.body)),
                (20000 + pg_temp.draw(r.i, 23, 40000)) * char_length(long_text.body) / octet_length(long_text.body))
        ELSE format('%s.%s ', d.d + 1, j + 1) || a.body
            || CASE WHEN pg_temp.draw(r.i, 24, 3) = 0 THEN E'\n\n' || b.body ELSE '' END
    END,
    CASE
        WHEN special.i IS NOT NULL THEN special.source
        ELSE CASE pg_temp.draw(d.h, 25, 3)
            WHEN 0 THEN format('https://intranet.example.com/%s/articles/%s?page=%s', d.botid, 1000 + d.d, 1 + j / 8)
            WHEN 1 THEN format('s3://knowledge-%s/%s/documents/%s-%s.pdf', 1 + d.k % 4, d.botid, d.file_name, d.d)
            ELSE format('%s (%s).docx', d.file_name, d.d)
        END
    END,
    CASE
        WHEN special.head IS NULL THEN e.v
        ELSE (special.head || (e.v::real[])[1 + cardinality(special.head):])::vector
    END
FROM document AS d
CROSS JOIN LATERAL (SELECT j, (d.first_row + j)::bigint AS i FROM generate_series(0, d.size - 1) AS j) AS r
JOIN part AS x ON x.kind = 5 AND x.n = r.i % 599
JOIN part AS y ON y.kind = 6 AND y.n = (r.i * 7 + r.i / 599) % 601
CROSS JOIN LATERAL (SELECT d.centre + x.v + y.v AS v) AS e
JOIN paragraph AS a ON a.lang = d.lang AND a.theme = d.theme AND a.p = pg_temp.draw(r.i, 26, 32)
JOIN paragraph AS b ON b.lang = d.lang AND b.theme = d.theme AND b.p = pg_temp.draw(r.i, 27, 32)
JOIN long_text ON long_text.lang = d.lang AND long_text.theme = d.theme
LEFT JOIN special ON special.i = d.first_live_row + j
-- In the order of ingest, as in a real heap.
ORDER BY r.i;

-- The bot that was deleted in the app: the stream handler deletes its rows, and vacuum leaves a hole.
DELETE FROM items WHERE botid = (SELECT botid FROM bot WHERE k = 0);

-- The company's tables -----------------------------------------------------------------------------------------------

-- A register of about one document in twelve, with its size and origin.
INSERT INTO bot_document (bot_id, title, tags, meta, created_at, size)
SELECT d.botid, format('%s %s', d.file_name, d.d),
    CASE pg_temp.draw(d.h, 30, 4)
        WHEN 0 THEN '{}'
        WHEN 1 THEN ARRAY[language.lang, NULL, 'needs "review"']
        ELSE ARRAY[language.lang, 'theme ' || d.theme]
    END,
    CASE
        WHEN pg_temp.draw(d.h, 31, 9) > 0 THEN
            jsonb_build_object('lang', language.lang, 'pages', 1 + d.size / 8, 'sha', to_hex(hashint8extended(d.h, 32)),
                'ocr', pg_temp.draw(d.h, 33, 3) = 0, 'by', jsonb_build_array('ingest', 1.50, NULL))
    END,
    CASE
        WHEN pg_temp.draw(d.h, 34, 50) = 0 THEN '-infinity'
        ELSE to_timestamp((d.ingested_ms + d.d * 60 * 40) / 1000) + pg_temp.draw(d.h, 35, 1000000) * interval '1 us'
    END,
    CASE pg_temp.draw(d.h, 36, 25)
        WHEN 0 THEN 'NaN'
        WHEN 1 THEN NULL
        WHEN 2 THEN 12345678901234567890123456789.000000001
        ELSE d.size * 2048.50
    END
FROM document AS d
JOIN language ON language.n = d.lang
WHERE d.k <> 0
ORDER BY hashint8extended(d.h, 37)
LIMIT greatest(12, :rows / 250);

-- Some documents were withdrawn, so the ids have gaps, and the sequence is ahead of the last id.
DELETE FROM bot_document WHERE id % 29 = 0 OR id = (SELECT max(id) FROM bot_document);

INSERT INTO bot_document_chunk (document_id, ordinal, embedding)
SELECT b.id, o, ((base.v + theme.v + own.v + x.v)::real[])[1:384]::vector
FROM bot_document AS b
CROSS JOIN LATERAL generate_series(1, 1 + pg_temp.draw(b.id, 40, 14)) AS o
JOIN part AS base ON base.kind = 1
JOIN part AS theme ON theme.kind = 2 AND theme.n = b.id % 6
JOIN part AS own ON own.kind = 4 AND own.n = b.id % 331
JOIN part AS x ON x.kind = 5 AND x.n = (b.id * 14 + o) % 599
ORDER BY b.id, o;

-- The extremes of float4: the bytes must arrive as they are, even if no distance can be computed from them.
INSERT INTO bot_document_chunk (document_id, ordinal, embedding)
SELECT 1, 1000 + n, (head || array_fill(0.05::real, ARRAY[384 - cardinality(head)]))::vector
FROM (VALUES
    (1, '{-0,0,-0,0}'::real[]),
    (2, '{1e-45,-1e-45,1.1754942e-38,1.17549435e-38}'),
    (3, '{3.4028235e38,-3.4028235e38,1}'),
    (4, array_fill('3.4028235e38'::real, ARRAY[384])),
    (5, array_fill('-1e-45'::real, ARRAY[384])),
    (6, array_fill('-0'::real, ARRAY[384]))
) AS extreme (n, head);

INSERT INTO app_migration VALUES
    (1, 'create bot_document', '2023-10-05 09:12:44+00'),
    (2, 'create bot_document_chunk', '2023-11-20 14:01:02+00'),
    (3, 'add view bot_knowledge', '2024-01-15 08:30:00+00');

-- Removes the deleted rows and gathers statistics, as autovacuum does on a real cluster.
VACUUM (ANALYZE) items, bot_document, bot_document_chunk, app_migration;

DISCARD TEMP;
RESET ALL;
