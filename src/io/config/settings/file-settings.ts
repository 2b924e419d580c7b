import { path, text } from './readers.js'
import { withDefault } from './setting.js'

export const fileSettings = {
  config_file: withDefault(path, 'config.toml', 'TOML file to read', { flag: 'config', outsideFile: true }),
  config_section: withDefault(text(256), 'proplet', 'section of that file to read', {
    flag: 'section',
    outsideFile: true,
  }),
} as const
