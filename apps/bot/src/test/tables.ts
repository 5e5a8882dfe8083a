import { openTelegramDatabase } from '@whisper-bot/store/telegram';

/** Names of the tables that hold a text in any column. */
export const tablesWith = async (databaseUrl: string, text: string): Promise<string[]> => {
  const pool = await openTelegramDatabase(databaseUrl, () => {});
  try {
    const { rows } = await pool.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const { rowCount } = await pool.query(`select 1 from "${name}" as held where held::text like $1`, [`%${text}%`]);
      if ((rowCount ?? 0) > 0) found.push(name);
    }
    return found;
  } finally {
    await pool.end();
  }
};
