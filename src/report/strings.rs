//! All fixed texts of the page, in English and Russian.

use serde_json::{Value, json};

use super::numbers::Language;

/// Key, English, Russian. Keys that begin with `place.` are names of countries and groups by code.
pub const STRINGS: &[(&str, &str, &str)] = &[
    ("kind.run", "Results of a run", "Результаты прогона"),
    ("kind.compare", "Comparison of two scenarios", "Сравнение двух сценариев"),
    ("side.a", "A", "A"),
    ("side.b", "B", "B"),
    ("side.d", "B − A", "B − A"),
    ("side.note", "What is shown", "Что показано"),
    ("nav.answer", "The answer", "Ответ"),
    ("nav.map", "Map", "Карта"),
    ("nav.charts", "Charts", "Графики"),
    ("nav.print", "The fine print", "Подробности"),
    ("theme", "Light or dark", "Светлая или тёмная тема"),
    ("lang", "Русский", "English"),
    ("skip", "Skip to the answer", "Перейти к ответу"),
    ("noscript", "Map and charts need JavaScript; the answer and the fine print do not.", "Карте и графикам нужен JavaScript, ответу и подробностям – нет."),
    (
        "note.model",
        "What the model says, not what will happen: intervals hold the chance between replicates, not what the model does not know.",
        "Это говорит модель, а не предсказание: интервалы отражают случайность между повторами, а не незнание параметров.",
    ),
    ("note.one", "One replicate: there are no intervals. --replicates 10 makes them.", "Один повтор: интервалов нет. Их даёт --replicates 10."),
    ("note.names", "Names of regions and corridors stand as in the scenario.", "Названия регионов и коридоров даны как в сценарии."),
    ("map.title", "Who is where", "Кто где"),
    (
        "map.sub",
        "Arcs lead from origins to regions of destination; circles are home and destination regions. Click a region for its series.",
        "Дуги ведут из стран исхода в регионы назначения, круги – регионы дома и назначения. Щелчок по региону показывает его ряд.",
    ),
    (
        "map.sub.compare",
        "Arcs lead from origins to countries of destination, by year. Click a country for its series.",
        "Дуги ведут из стран исхода в страны назначения, по годам. Щелчок по стране показывает её ряд.",
    ),
    ("map.quantity", "Quantity", "Величина"),
    ("map.play", "Play", "Пуск"),
    ("map.stop", "Stop", "Стоп"),
    ("map.month", "Month", "Месяц"),
    ("map.year", "Year", "Год"),
    ("map.zoom", "View", "Вид"),
    ("map.zoom.all", "Eurasia", "Евразия"),
    ("map.zoom.ca", "Central Asia", "Средняя Азия"),
    ("map.far", "beyond the map", "за краем карты"),
    ("map.select", "Region", "Регион"),
    ("map.none", "none selected", "не выбран"),
    ("map.close", "Close", "Закрыть"),
    ("map.more", "more under B", "больше при B"),
    ("map.fewer", "fewer under B", "меньше при B"),
    (
        "map.credit",
        "Outlines: Natural Earth (public domain), as in that data set and without a position on the status of territories. Albers equal-area projection.",
        "Контуры: Natural Earth (общественное достояние), как в этом наборе данных, без суждения о статусе территорий. Равновеликая проекция Альберса.",
    ),
    ("phase.planned", "planned", "запланирован"),
    ("phase.building", "under construction", "строится"),
    ("phase.delayed", "delayed", "задержан"),
    ("phase.open", "open", "открыт"),
    ("phase.closed", "closed", "закрыт"),
    ("corridors", "Corridors", "Коридоры"),
    ("links", "railways and roads with passengers", "железные дороги и автодороги с пассажирами"),
    ("q.stock", "Abroad at the end of the month", "За рубежом на конец месяца"),
    ("q.departures", "Departures in the month", "Выезды за месяц"),
    ("q.returns", "Returns in the month", "Возвращения за месяц"),
    ("q.remittances", "Sent home in the month", "Отправлено домой за месяц"),
    ("origin", "Origin", "Страна исхода"),
    ("year", "Year", "Год"),
    ("month", "Month", "Месяц"),
    ("csv", "CSV", "CSV"),
    ("csv.long", "Download the data of this chart as CSV", "Скачать данные графика в CSV"),
    ("band", "bands: 90 % of replicates", "полосы: 90 % повторов"),
    ("observed", "observed", "наблюдения"),
    ("factor", "observed over modelled by definition", "наблюдаемое к моделируемому по определению"),
    ("fork", "scenarios part", "сценарии расходятся"),
    ("low", "low", "нижн."),
    ("high", "high", "верхн."),
    ("value", "value", "значение"),
    ("others", "Others", "Другие"),
    ("total", "total", "итого"),
    ("series", "series", "ряд"),
    ("c.stock", "Abroad", "За рубежом"),
    ("c.stock.sub", "Foreign citizens aged 16–64, mean of the month ends of the year", "Иностранные граждане 16–64 лет, среднее по концам месяцев"),
    ("c.flows", "Comings and goings", "Приезды и отъезды"),
    ("c.flows.sub", "Persons a year", "Человек в год"),
    ("c.season", "The season", "Сезон"),
    ("c.season.sub", "Departures by month: the darker, the more", "Выезды по месяцам: чем темнее, тем больше"),
    ("c.remittances", "Money sent home", "Деньги, отправленные домой"),
    ("c.remittances.sub", "US dollars a year, by origin", "Долларов США в год, по странам исхода"),
    ("c.gdp", "Money over GDP", "Деньги относительно ВВП"),
    ("c.gdp.sub", "Remittances as a share of the origin's GDP", "Переводы как доля ВВП страны исхода"),
    ("c.chord", "From where to where", "Откуда и куда"),
    (
        "c.chord.sub",
        "Foreign citizens abroad, mean of the year, by origin and country of destination",
        "Иностранные граждане за рубежом, среднее за год, по странам исхода и назначения",
    ),
    ("c.blocked", "Who would go and cannot", "Кто хотел бы, но не может"),
    ("c.blocked.sub", "Persons a year whose first attempt failed, by reason", "Человек в год, чья первая попытка не удалась, по причинам"),
    ("c.blocked.sub.compare", "Distinct persons a year who chose to go and could not", "Человек в год, которые решили уехать и не смогли"),
    ("c.leverage", "Who depends on whom", "Кто от кого зависит"),
    (
        "c.leverage.sub",
        "Leverage: the pay cut, in log earnings, that would hurt those at home as much as losing the destination",
        "Рычаг: падение заработка (в логарифмах), равное для остающихся дома потере направления",
    ),
    ("c.hierarchy", "Hierarchy, before and after", "Иерархия до и после"),
    ("c.hierarchy.sub", "Centrality of countries in the network of stocks", "Центральность стран в сети мигрантов"),
    ("c.difference", "The difference", "Разница"),
    ("c.difference.sub", "B − A by destination", "B − A по направлениям"),
    ("c.attribution", "What did it", "Что это вызвало"),
    ("c.attribution.sub", "Shapley shares of the changes in the difference; the line is the whole", "Доли изменений в разнице по Шепли; линия – вся разница"),
    ("c.diversion", "Who is elsewhere", "Кто в другом месте"),
    (
        "c.diversion.sub",
        "Persons aged 16–64 at the end of August whose place differs: left where they are in A, right where in B",
        "Люди 16–64 лет на конец августа, чьё место различается: слева – где они при A, справа – при B",
    ),
    ("c.wages", "Pay here and there", "Заработки здесь и там"),
    (
        "c.wages.sub",
        "US dollars a month: at home the wage, abroad the pay of a documented man of mean skill",
        "Долларов США в месяц: дома заработок, за рубежом заработок мужчины с документами и средней квалификацией",
    ),
    ("measure", "Measure", "Показатель"),
    ("m.stock_mean", "Abroad, mean of the year", "За рубежом, среднее за год"),
    ("m.stock_august", "Abroad, end of August", "За рубежом, конец августа"),
    ("m.departures", "Departures", "Выезды"),
    ("m.returns", "Returns", "Возвращения"),
    ("m.removed", "Removed", "Выдворенные"),
    ("m.naturalised", "Naturalised", "Получившие гражданство"),
    ("m.remittances_usd", "Sent home", "Отправлено домой"),
    ("m.remittances_gdp_share", "Sent home over GDP", "Отправлено домой относительно ВВП"),
    ("m.would_go_cannot", "Would go, cannot", "Хотели бы, но не могут"),
    ("m.leverage", "Leverage", "Рычаг"),
    ("m.centrality", "Centrality", "Центральность"),
    ("m.concentration_hhi", "Concentration", "Концентрация"),
    ("m.mean_wage_usd", "Pay", "Заработок"),
    ("m.net_migration", "Net migration", "Чистая миграция"),
    ("u.persons", "persons", "чел."),
    ("u.usd_month", "USD a month", "долл. в месяц"),
    ("u.log", "log earnings", "лог. заработка"),
    ("u.million", "million", "млн"),
    ("u.thousand", "thousand", "тыс."),
    ("u.billion_usd", "billion USD", "млрд долл."),
    ("u.million_usd", "million USD", "млн долл."),
    ("u.share", "share", "доля"),
    ("reason.money", "no money", "нет денег"),
    ("reason.regime", "visa or permit", "виза или разрешение"),
    ("reason.ban", "entry ban", "запрет на въезд"),
    ("reason.closed-border", "closed border", "закрытая граница"),
    ("reason.quota", "quota", "квота"),
    ("place.CA3", "All three", "Все вместе"),
    ("place.ALL", "All destinations", "Все направления"),
    ("place.HOME", "At home", "Дома"),
    ("place.RUS+KAZ", "Russia and Kazakhstan", "Россия и Казахстан"),
    ("place.MIDDLE-EAST", "Middle East", "Ближний Восток"),
    ("place.KGZ", "Kyrgyzstan", "Кыргызстан"),
    ("place.TJK", "Tajikistan", "Таджикистан"),
    ("place.UZB", "Uzbekistan", "Узбекистан"),
    ("place.RUS", "Russia", "Россия"),
    ("place.KAZ", "Kazakhstan", "Казахстан"),
    ("place.TUR", "Turkey", "Турция"),
    ("place.ARE", "United Arab Emirates", "ОАЭ"),
    ("place.SAU", "Saudi Arabia", "Саудовская Аравия"),
    ("place.QAT", "Qatar", "Катар"),
    ("place.IRN", "Iran", "Иран"),
    ("place.KOR", "South Korea", "Республика Корея"),
    ("place.POL", "Poland", "Польша"),
    ("place.DEU", "Germany", "Германия"),
    ("place.GBR", "United Kingdom", "Великобритания"),
    ("place.USA", "United States", "США"),
    ("place.CHN", "China", "Китай"),
    ("place.TKM", "Turkmenistan", "Туркменистан"),
    ("place.AZE", "Azerbaijan", "Азербайджан"),
    ("place.GEO", "Georgia", "Грузия"),
    ("place.AFG", "Afghanistan", "Афганистан"),
    ("place.PAK", "Pakistan", "Пакистан"),
    ("print.scenario", "The scenario", "Сценарий"),
    ("print.differences", "What B changes in A", "Что B меняет в A"),
    ("print.none", "Nothing differs.", "Различий нет."),
    ("print.values", "Values and their sources", "Значения и их источники"),
    ("print.tables", "Tables", "Таблицы"),
    ("print.regimes", "Law and dated items", "Право и датированные записи"),
    ("print.reproduce", "How to reproduce every byte", "Как воспроизвести каждый байт"),
    (
        "print.reproduce.run",
        "The file scenario.toml holds the whole scenario. This gives the same tables:",
        "В файле scenario.toml – весь сценарий. Эта команда даёт те же таблицы:",
    ),
    (
        "print.reproduce.compare",
        "The files a.toml and b.toml hold the whole scenarios. This gives the same tables:",
        "В файлах a.toml и b.toml – оба сценария целиком. Эта команда даёт те же таблицы:",
    ),
    ("print.page", "This page is made from those files alone, and bears no clock:", "Эта страница сделана только из этих файлов и не содержит времени:"),
    ("print.record", "Record", "Запись"),
    ("print.files", "Files", "Файлы"),
    ("print.warnings", "Warnings", "Предупреждения"),
    ("print.unverified", "not verified", "не проверено"),
    ("print.verified", "verified", "проверено"),
    ("print.unstated", "not stated", "не указано"),
    ("print.share", "{n} of {all} values are verified against their source; the others are marked.", "{n} из {all} значений сверены с источником; остальные отмечены."),
    ("col.key", "Key", "Ключ"),
    ("col.value", "Value", "Значение"),
    ("col.unit", "Unit", "Единица"),
    ("col.source", "Source", "Источник"),
    ("col.checked", "Checked", "Сверено"),
    ("col.table", "Table", "Таблица"),
    ("col.rows", "Rows", "Строк"),
    ("col.file", "File", "Файл"),
    ("col.hash", "BLAKE3", "BLAKE3"),
    ("col.a", "In A", "В A"),
    ("col.b", "In B", "В B"),
];

/// A text in a language; the key itself where there is none.
pub fn text(key: &str, language: Language) -> &str {
    STRINGS.iter().find(|s| s.0 == key).map_or(key, |s| language.pick(s.1, s.2))
}

/// The name of a country or group by its code.
pub fn place(code: &str, language: Language) -> Option<&'static str> {
    STRINGS.iter().find(|s| s.0.strip_prefix("place.") == Some(code)).map(|s| language.pick(s.1, s.2))
}

/// The table for the page's script.
pub fn table() -> Value {
    let of = |pick: fn(&(&'static str, &'static str, &'static str)) -> &'static str| STRINGS.iter().map(|s| (s.0.to_string(), json!(pick(s)))).collect::<serde_json::Map<_, _>>();
    json!({ "en": of(|s| s.1), "ru": of(|s| s.2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_once_in_both_languages() {
        for (index, (key, english, russian)) in STRINGS.iter().enumerate() {
            assert!(!english.is_empty() && !russian.is_empty(), "{key}");
            assert!(STRINGS[..index].iter().all(|s| s.0 != *key), "{key} stands twice");
        }
    }

    #[test]
    fn every_key_of_the_script_is_in_the_table() {
        for script in super::super::page::SCRIPTS {
            for (at, _) in script.match_indices("T(\"") {
                let key: String = script[at + 3..].chars().take_while(|c| *c != '"').collect();
                assert!(key.ends_with('.') || STRINGS.iter().any(|s| s.0 == key), "`{key}` is in no table");
            }
        }
    }
}
