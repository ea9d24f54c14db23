/*
 * config_preset.h - the long defaults of the configuration: pieces of letters in both languages, and the catalogue
 *
 * Japanese lines have at most 35 full-width characters, as in letters. Links are placeholders for the company's own pages; check says so
 * while they stand.
 */
#ifndef MAILPROC_CONFIG_PRESET_H
#define MAILPROC_CONFIG_PRESET_H

#define PRESET_BANK_JA                                                                                                     \
	"例示銀行 本店営業部\n"                                                                                            \
	"普通 1234567\n"                                                                                                   \
	"ホステイングレイ(カ"
#define PRESET_BANK_EN                                                                                                     \
	"Example Bank, Head Office\n"                                                                                      \
	"Ordinary account 1234567\n"                                                                                       \
	"Account name: HOSTING EXAMPLE K.K."

#define PRESET_FEE_JA "恐れ入りますが、振込手数料はお客様にてご負担ください。"
#define PRESET_FEE_EN "Please bear the bank's transfer fee."

#define PRESET_CARD_JA                                                                                                     \
	"1. コントロールパネルにログインします。\n"                                                                        \
	"2. タブ「アカウント」を開き、「課金履歴」を選びます。\n"                                                          \
	"3. ステータスが「オープン」になっている専用SSLのご注文を\n"                                                       \
	"   確認し、「請求書」を開きます。\n"                                                                              \
	"4. ボタン「このドキュメント支払」を押します。\n"                                                                  \
	"5. 登録済みのカードを選ぶか、新しいカードを登録します。\n"                                                        \
	"6. 「続く」を押すと、お支払いが完了します。"
#define PRESET_CARD_EN                                                                                                     \
	"1. Sign in to the control panel.\n"                                                                               \
	"2. Open the tab \"アカウント\" (account) and choose \"課金履歴\" (billing history).\n"                            \
	"3. Find the dedicated-SSL order whose status is \"オープン\" (open), check it and\n"                              \
	"   open its \"請求書\" (invoice).\n"                                                                              \
	"4. Press the button \"このドキュメント支払\" (pay this document).\n"                                              \
	"5. Choose the registered card, or register a new one.\n"                                                          \
	"6. Press \"続く\" (continue): the payment is complete."

#define PRESET_LOOK_JA                                                                                                     \
	"Chrome: アドレスバー左のアイコン→「この接続は保護されて\n"                                                        \
	"  います」→「証明書は有効です」。\n"                                                                              \
	"Edge: 鍵のアイコン→「接続がセキュリティで保護されています」\n"                                                    \
	"  →証明書のアイコン。\n"                                                                                          \
	"Firefox: 鍵のアイコン→「安全な接続」→「詳細を表示」→\n"                                                          \
	"  「証明書を表示」。\n"                                                                                           \
	"Safari: 鍵のアイコン→「証明書を表示」。\n"                                                                        \
	"Internet Explorer モード: 鍵のアイコン→「証明書の表示」。\n"                                                      \
	"「全般」に有効期間、「詳細」の「サブジェクト」に識別名\n"                                                         \
	"（ディスティングイッシュネーム）が表示されます。"
#define PRESET_LOOK_EN                                                                                                     \
	"Chrome: the icon left of the address, \"Connection is secure\",\n"                                                \
	"  \"Certificate is valid\".\n"                                                                                    \
	"Edge: the padlock, \"Connection is secure\", the certificate icon.\n"                                             \
	"Firefox: the padlock, \"Connection secure\", \"More information\",\n"                                             \
	"  \"View Certificate\".\n"                                                                                        \
	"Safari: the padlock, \"Show Certificate\".\n"                                                                     \
	"Internet Explorer mode: the padlock, \"View certificates\".\n"                                                    \
	"The general page shows the dates, the details page the subject\n"                                                 \
	"(distinguished name)."

#define PRESET_BROWSER_JA                                                                                                  \
	"有効期限を過ぎますと、サイトを開いたブラウザに警告または\n"                                                       \
	"エラーが表示されます。"
#define PRESET_BROWSER_EN "After the expiry date, browsers show a warning or an error on the site."

#define PRESET_FLEX_JA                                                                                                     \
	"「FLEXプラン+専用SSL」をご利用のお客様は、専用SSLを更新\n"                                                        \
	"されない場合、IPアドレス共用のプランへの変更が必要です。"
#define PRESET_FLEX_EN                                                                                                     \
	"On the plan \"FLEX plan with dedicated SSL\", a customer who does not renew\n"                                    \
	"the dedicated SSL must move to the shared-IP plan."

#define PRESET_SOURCES                                                                                                     \
	"sources = (\n"                                                                                                    \
	"  {\n"                                                                                                            \
	"    type = \"imap\";\n"                                                                                           \
	"    host = \"mail.hosting.example\";\n"                                                                           \
	"    tls = \"implicit\";\n"                                                                                        \
	"    auth = \"plain\";\n"                                                                                          \
	"    user = \"ssl-renewal@hosting.example\";\n"                                                                    \
	"    password_file = \"imap.password\";\n"                                                                         \
	"    folder = \"INBOX\";\n"                                                                                        \
	"    # since = \"2026-11-01\";\n"                                                                                  \
	"  }\n"                                                                                                            \
	");\n"

#define PRESET_AUTHORITIES                                                                                                 \
	"authorities = (\n"                                                                                                \
	"  { id = \"symantec\";\n"                                                                                         \
	"    name = { ja = \"シマンテック（旧 日本ベリサイン、現 デジサート）\"; en = \"Symantec (now DigiCert)\"; };\n"   \
	"    guide = { ja = \"https://www.hosting.example/ja/ssl/symantec.html\";\n"                                       \
	"              en = \"https://www.hosting.example/en/ssl/symantec.html\"; };\n"        \
	"    issuers = \"DigiCert; Symantec; VeriSign\"; },\n"        \
	"  { id = \"geotrust\";\n"                                                                                         \
	"    name = { ja = \"ジオトラスト\"; en = \"GeoTrust\"; };\n"                                                      \
	"    guide = { ja = \"https://www.hosting.example/ja/ssl/geotrust.html\";\n"                                       \
	"              en = \"https://www.hosting.example/en/ssl/geotrust.html\"; };\n"        \
	"    issuers = \"GeoTrust; DigiCert\"; },\n"        \
	"  { id = \"cybertrust\";\n"                                                                                       \
	"    name = { ja = \"サイバートラスト\"; en = \"Cybertrust\"; };\n"                                                \
	"    guide = { ja = \"https://www.hosting.example/ja/ssl/cybertrust.html\";\n"                                     \
	"              en = \"https://www.hosting.example/en/ssl/cybertrust.html\"; };\n"        \
	"    issuers = \"Cybertrust Japan\"; }\n"        \
	");\n"

#define PRESET_PRODUCTS                                                                                                    \
	"products = (\n"                                                                                                   \
	"  { id = \"secureserver-id\"; authority = \"symantec\";\n"                                                        \
	"    name = { ja = \"セキュアサーバID\"; en = \"Secure Server ID\"; };\n"                                        \
	"    price = 81000; term_years = 1; extra_days = 14; vetting_days = 10; },\n"                                      \
	"  { id = \"geotrust-truebusiness\"; authority = \"geotrust\";\n"                                                  \
	"    name = { ja = \"ジオトラスト トゥルービジネスID\"; en = \"GeoTrust True BusinessID\"; };\n"                   \
	"    price = 47000; term_years = 1; extra_days = 0; vetting_days = 7; },\n"                                        \
	"  { id = \"cybertrust-sureserver\"; authority = \"cybertrust\";\n"                                                \
	"    name = { ja = \"サイバートラスト SureServer\"; en = \"Cybertrust SureServer\"; };\n"                          \
	"    price = 75000; term_years = 1; extra_days = 0; vetting_days = 10; }\n"                                        \
	");\n"

#endif
