export const LANGUAGES = ['en', 'he'];
