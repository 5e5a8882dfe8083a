/**
 * Articles, prepositions, conjunctions and the like: a line or cue should not end in one, and may well begin with one.
 * The commonest of each language; a word missing here costs a slightly worse break, no more.
 */
const lists: Readonly<Record<string, string>> = {
  en: `a an the my your his her its our their this that these those of to in on at by for with from into onto over under
    about after before between through during without within against and or but nor so yet if when while because
    although though than as who which whose is are was were be been am do does did have has had will would can could
    may might must shall should not very i you he she it we they i'm i'll mr mrs ms dr there's it's no to`,
  ru: `а и но или либо да же ли бы не ни в во на с со к ко у о об обо от ото до из изо за по под подо над при про для без безо
    через перед передо между около после если когда пока чтобы что как потому так который которая которое которые
    где куда это этот эта эти тот та те мой моя мои твой его её их наш ваш я ты он она оно мы вы они хотя чем`,
  uk: `а і й та але або чи не ні в у на з із зі до від о об по під над при про для без через перед між після якщо коли
    поки щоб що як бо який яка яке які це цей ця ці той мій його її їх наш ваш я ти він вона ми ви вони`,
  be: `а і й ды але або ці не ні ў у на з са да ад аб па пад над пры пра для без праз перад паміж пасля калі каб што як бо
    які якая гэта гэты мой яго яе іх наш я ты ён яна мы вы яны`,
  de: `der die das den dem des ein eine einen einem einer eines und oder aber denn sondern wenn weil dass ob als wie
    in im an am auf aus bei mit nach von vom zu zum zur über unter vor hinter neben zwischen für durch gegen ohne um
    mein dein sein ihr unser euer ich du er sie es wir nicht kein keine ist sind war hat habe haben wird sehr`,
  fr: `le la les l un une des du de d et ou mais donc or ni car si que qui dont où quand comme à au aux en dans sur sous
    avec sans pour par chez vers entre mon ma mes ton ta tes son sa ses notre votre leur leurs je tu il elle on nous
    vous ils elles ne pas ce cet cette ces est sont très`,
  es: `el la los las un una unos unas y e o u pero sino si que quien cuando como porque a al de del en con sin sobre por
    para entre desde hasta mi tu su sus nuestro yo él ella nosotros no ni es son está muy este esta se lo le`,
  it: `il lo la i gli le un uno una e ed o ma se che chi quando come perché di del della dei a al alla da dal in nel nella
    con su per tra fra mio tuo suo io tu lui lei noi voi non è sono ho ha molto questo questa si`,
  pt: `o a os as um uma uns umas e ou mas se que quem quando como porque de do da dos das em no na nos nas a ao à com sem
    por para entre meu minha seu sua eu ele ela nós não é são está muito este esta`,
  nl: `de het een en of maar want als dat die wie wanneer omdat in op aan bij met van voor naar uit over onder door tegen
    zonder om te mijn jouw zijn haar ons ik jij hij zij wij niet geen is heel`,
  pl: `i a ale lub albo czy że żeby gdy jeśli kiedy bo jak który która które w we na z ze do od o po pod nad przy dla bez
    przez przed między mój twój jego jej nasz ja ty on ona my nie to ten ta`,
  tr: `ve veya ama fakat ki bir bu şu o çok en için ile`,
};

const words = new Map(Object.entries(lists).map(([code, list]) => [code, new Set(list.split(/\s+/))]));
const none: ReadonlySet<string> = new Set();

/** The function words of a language (ISO code), lower case; empty where none are listed. */
export const functionWords = (language: string): ReadonlySet<string> => words.get(language) ?? none;
